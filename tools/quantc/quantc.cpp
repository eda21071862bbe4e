//===- quantc.cpp - The command line of quantc ===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "Commands.h"
#include "quantc/Driver/Diagnostics.h"

#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"

#include <chrono>

using namespace llvm;
using namespace quantc;
using namespace quantc::tool;

static cl::opt<bool> quiet("q", cl::desc("Print errors only"),
                           cl::sub(cl::SubCommand::getAll()));
static cl::opt<bool> verbose("v", cl::desc("Print remarks too"),
                             cl::sub(cl::SubCommand::getAll()));

bool tool::isQuiet() { return quiet; }
bool tool::isVerbose() { return verbose; }

static std::string commandLine = "quantc";

std::string tool::getCommandLine() { return commandLine; }

/// `argument` as a POSIX shell takes it for one word.
static std::string quote(StringRef argument) {
  StringRef harmless = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                       "0123456789@%+=:,./_-";
  if (!argument.empty() &&
      argument.find_first_not_of(harmless) == StringRef::npos)
    return argument.str();
  std::string quoted = "'";
  for (char c : argument)
    quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

/// Exit code of a wrong command line; not a kind of input error.
constexpr ErrorCode usage = ErrorCode(2);

ErrorCode tool::usageError(mlir::MLIRContext &context, const Twine &message) {
  mlir::emitError(mlir::UnknownLoc::get(&context)) << message;
  return usage;
}

static double now() {
  using namespace std::chrono;
  return duration<double>(steady_clock::now().time_since_epoch()).count();
}

Progress::Progress(StringRef what)
    : what(what), started(now()),
      terminal(sys::Process::StandardErrIsDisplayed()) {}

Progress::~Progress() {
  if (shown && terminal)
    errs() << "\r\033[K";
}

void Progress::update(int64_t done, int64_t total) {
  double time = now();
  if (!done)
    started = time; // what came before says nothing about the rest
  double elapsed = time - started;
  double interval = terminal ? 0.2 : 10;
  if (quiet || elapsed < 2 || time - shown < interval || !done)
    return;
  shown = time;
  auto left = int64_t(elapsed / double(done) * double(total - done) + 0.5);
  errs() << (terminal ? "\r\033[K" : "") << what << ' ' << done << '/' << total
         << ", " << left << " s left" << (terminal ? "" : "\n");
}

static void printVersion(raw_ostream &stream) {
  stream << "quantc " QUANTC_VERSION " (LLVM " LLVM_VERSION_STRING ")\n";
}

/// LLVM's libraries register hundreds of options of their own, which every
/// subcommand would take (`compile --threads 3`); none is ours.
static void removeForeignOptions() {
  const StringRef own[] = {"q", "v", "h", "help", "version"};
  SmallVector<cl::Option *> foreign;
  for (auto &[name, option] : cl::getRegisteredOptions())
    if (!is_contained(own, name))
      foreign.push_back(option);
  for (cl::Option *option : foreign)
    option->removeArgument();
}

/// The parser's complaints as our own: one `error:` line, the rest notes, and the
/// help of the subcommand that was meant.
static void printUsageErrors(StringRef text, StringRef program,
                             StringRef subcommand) {
  SmallVector<StringRef> lines;
  text.split(lines, '\n', -1, /*KeepEmpty=*/false);
  std::string prefix = program.str() + ": ", help = program.str() + " --help";
  for (auto [i, line] : enumerate(lines)) {
    line.consume_front(prefix);
    std::string shown = line.str();
    if (size_t at = shown.find(help); at != std::string::npos)
      shown.insert(at + program.size(),
                   subcommand.empty() ? "" : " " + subcommand.str());
    errs() << (i ? "  note: " : "error: ") << shown << '\n';
  }
}

static bool parseCommandLine(int argc, char **argv,
                             ArrayRef<Command> commands) {
  std::string problems;
  raw_string_ostream stream(problems);
  if (cl::ParseCommandLineOptions(
          argc, argv, "Quantize an ONNX model and compile it to a binary.\n",
          &stream))
    return true;
  StringRef named;
  for (const Command &command : commands)
    if (argc > 1 && command.subcommand->getName() == argv[1])
      named = command.subcommand->getName();
  printUsageErrors(problems, sys::path::filename(argv[0]), named);
  return false;
}

/// Standard output may be a full disk: that is no success.
static int finish(mlir::MLIRContext &context, ErrorCode code) {
  outs().flush();
  if (!outs().has_error())
    return int(code);
  std::string reason = outs().error().message();
  outs().clear_error();
  mlir::emitError(mlir::UnknownLoc::get(&context))
      << "standard output: " << reason;
  return int(code == ErrorCode::None ? ErrorCode::IO : code);
}

int main(int argc, char **argv) {
  const Command commands[] = {
      getCalibrateCommand(), getQuantizeCommand(), getCompileCommand(),
      getCompareCommand(),   getRunCommand(),      getInspectCommand(),
      getRecipesCommand(),   getTargetsCommand()};
  for (int i = 1; i < argc; ++i)
    commandLine += " " + quote(argv[i]);
  installFailureHandlers();
  registerPasses();
  cl::SetVersionPrinter(printVersion);
  cl::HideUnrelatedOptions({&cl::getGeneralCategory()});
  removeForeignOptions();
  if (!parseCommandLine(argc, argv, commands))
    return int(usage);

  mlir::DialectRegistry registry;
  registerDialects(registry);
  mlir::MLIRContext context(registry);
  context.loadAllAvailableDialects();
  context.printOpOnDiagnostic(false);
  using Level = DiagnosticPrinter::Level;
  DiagnosticPrinter printer(&context, errs(),
                            quiet     ? Level::Errors
                            : verbose ? Level::Remarks
                                      : Level::Warnings);
  for (const Command &command : commands)
    if (*command.subcommand)
      return finish(context, command.run(context));
  return int(usageError(context, "no command; quantc --help lists them"));
}
