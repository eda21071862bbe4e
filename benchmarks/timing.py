"""What the benchmarks share: onnxruntime as a peer, medians of runs in turn."""

import time

import numpy as np
import onnxruntime as ort


def ort_session(path, threads):
    """onnxruntime's session of the model `path` on `threads` threads."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def medians(sessions, feeds, rounds):
    """{name: median milliseconds} of sessions run in turn, so that what else the
    machine does meets all of them alike; one run each goes before."""
    times = {name: [] for name in sessions}
    for session in sessions.values():
        session.run(None, feeds)
    for _ in range(rounds):
        for name, session in sessions.items():
            start = time.perf_counter()
            session.run(None, feeds)
            times[name].append(time.perf_counter() - start)
    return {name: 1e3 * float(np.median(value)) for name, value in times.items()}
