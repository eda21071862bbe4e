"""lit configuration: quantc's tools and FileCheck on PATH."""

import os
import shutil
import lit.formats

config.name = "quantc"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.excludes = ["Inputs", "CMakeLists.txt"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.quantc_build_dir, "test")

config.environment["PATH"] = os.pathsep.join(
    [config.quantc_tools_dir, config.llvm_tools_dir, os.environ["PATH"]]
)
config.environment["FILECHECK_OPTS"] = "-enable-var-scope"
config.substitutions.append(("%python", config.python))
config.substitutions.append(("%source", config.quantc_source_dir))
if config.target_triple.startswith("x86_64"):
    config.available_features.add("x86")
# Set up by: apt install qemu-user gcc-aarch64-linux-gnu (before CMake runs).
if shutil.which("qemu-aarch64") and os.path.exists(
    os.path.join(config.quantc_build_dir, "lib", "aarch64", "libquantc_runtime.a")
):
    config.available_features.add("aarch64-emulator")
