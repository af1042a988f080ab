# SPDX-License-Identifier: MIT-0
"""The compiler: where it is, and how it is called."""
import os
import sys


class Error(RuntimeError):
    """What nnc or a model's program says is wrong, in its own words."""


def program():
    """The path of nnc: that of NNC in the environment, that of this package, or the one on PATH."""
    import shutil

    packaged = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bin", "nnc")
    found = os.environ.get("NNC") or (packaged if os.path.exists(packaged) else shutil.which("nnc"))
    if not found:
        raise Error("nnc is not there: neither in this package nor on PATH; NNC can say where it is")
    return found


def call(*arguments, **keywords):
    """What nnc prints; raises what it says is wrong."""
    import subprocess

    done = subprocess.run([program(), *arguments], capture_output=True, text=True, **keywords)
    if done.returncode:
        raise Error(done.stderr.strip())
    if done.stderr:
        sys.stderr.write(done.stderr)
    return done.stdout


def _forward(descriptor):
    """What a program prints goes to sys.stdout, wherever that goes."""
    import codecs

    decode = codecs.getincrementaldecoder("utf-8")("replace").decode
    while True:
        try:
            text = os.read(descriptor, 65536)
        except OSError:  # the other end of a terminal is closed
            return
        if not text:
            return
        sys.stdout.write(decode(text).replace("\r\n", "\n"))
        sys.stdout.flush()


def _is_real(stream, descriptor):
    try:
        return stream.fileno() == descriptor
    except (AttributeError, OSError, ValueError):
        return False


def show(*arguments):
    """Runs nnc so that its progress is seen, in notebooks as on a terminal; raises what it says is wrong. Warnings go
    to sys.stderr."""
    import subprocess

    sys.stdout.flush()
    if _is_real(sys.stdout, 1):
        process = subprocess.Popen([program(), *arguments], stderr=subprocess.PIPE)
    else:
        import pty

        ours, theirs = pty.openpty()
        process = subprocess.Popen([program(), *arguments], stdout=theirs, stderr=subprocess.PIPE)
        os.close(theirs)
    try:
        if process.stdout is None and not _is_real(sys.stdout, 1):
            _forward(ours)
            os.close(ours)
        errors = process.stderr.read().decode("utf-8", "replace")
        status = process.wait()
    except KeyboardInterrupt:  # the program has got it, too, and keeps what it has learned
        process.wait()
        raise
    finally:
        process.stderr.close()
    if status:
        raise Error(errors.strip())
    sys.stderr.write(errors)


def main():
    """The command `nnc` of the package: the compiler itself."""
    try:
        path = program()
    except Error as error:
        sys.exit(f"nnc: {error}")
    os.execv(path, [path, *sys.argv[1:]])
