/** What must be equal before and after a run that has nothing to do. */
export const FINGERPRINT = `
cd /etc; find . -xdev -printf '%p %y %m %u %g %l\\n' | sort
find . -xdev -type f -print0 | sort -z | xargs -0 sha256sum
dpkg-query -W; systemctl list-unit-files --state=enabled --no-legend
for f in iptables ip6tables; do $f-save | sed -e '/^#/d' -e 's/ \\[[0-9:]*\\]$//'; done`;

/** An image without content that borrows the host's programs: no registry is needed. */
export const publish = (port: number) => `
docker image inspect zavhoz/probe >/dev/null 2>&1 ||
  tar -c --files-from /dev/null | docker import - zavhoz/probe
docker run -d --restart always --stop-timeout 1 -v /usr:/usr:ro -v /lib:/lib:ro -v /lib64:/lib64:ro -v /bin:/bin:ro \
  -p ${port}:8000 zavhoz/probe /usr/bin/python3 -m http.server 8000`;

/** dpkg's lock, held as dpkg holds it until somebody was refused, which it notes. */
export const BUSY_APT = `systemd-run --quiet --unit=busy-apt python3 -c '
import fcntl, glob, time
def installing():
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            words = open(path).read().split(chr(0))
        except OSError:
            continue
        if words[0].endswith("apt-get") and "install" in words:
            return path.split("/")[2]
lock = open("/var/lib/dpkg/lock-frontend", "w")
fcntl.lockf(lock, fcntl.LOCK_EX)
open("/run/held", "w")
while not installing():
    time.sleep(0.02)
while installing():
    time.sleep(0.02)
open("/run/refused", "w")'
for i in $(seq 100); do [ -e /run/held ] && exit; sleep 0.1; done; exit 1`;

/** Until nothing that a playbook began in the background is at work. */
export const AWAIT_BEGUN = `
for i in $(seq 6000); do pgrep -f '[a]sync_wrapper' >/dev/null || exit 0; sleep 0.1; done; exit 1`;

/** What jobs leave behind that were cut short, that failed, or whose provisioning never went on. */
export const USELESS_JOBS = `
mkdir -p /run/zavhoz/upgrade; cd /run/zavhoz/upgrade
echo '{"started": 1, "finished": 0, "ansible_job_id": "j1.1"}' > j1.1
echo '{"failed": true, "msg": "no space left", "changed": true}' > j2.2
echo '{"changed": true}' > j3.3; touch -d '2 hours ago' j3.3`;
