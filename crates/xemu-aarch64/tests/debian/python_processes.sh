# registered
python3 - <<'P'
import subprocess, os, sys, signal, multiprocessing, tempfile
print(subprocess.run(["sh", "-c", "echo out; echo err >&2; exit 5"], capture_output=True))
print(subprocess.check_output("seq 10 | sort -r | head -3", shell=True, text=True))
p = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE); print(p.communicate(b"x" * 100000)[0] == b"x" * 100000)
p = subprocess.Popen(["sleep", "9"]); p.terminate(); print(p.wait())
pid = os.fork()
if pid == 0: os._exit(3)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
signal.signal(signal.SIGALRM, lambda *a: print("alarm")); signal.setitimer(signal.ITIMER_REAL, 0.02); signal.pause()
def square(n): return n * n
if __name__ == "__main__":
    with multiprocessing.get_context("fork").Pool(3) as pool: print(pool.map(square, range(10)))
print(os.path.basename(sys.executable), os.uname().machine)
P
echo "status $?"
