#!/usr/bin/env bash
# The peer of the provisioning figure: the installs and settings of playbooks/provision_access.yml
# and provision_software.yml, done by one shell over one SSH connection, without their proofs and
# without their rollback.
#
# usage: provision-bare.sh HOST PUBLIC_KEY_FILE [open port ...]
#   SSHPASS        root's password
#   KNOWN_HOSTS    known_hosts file (strict checking)
#   UPGRADE        1 upgrades first (default), 0 does not
#   STORAGE_DRIVER Docker's storage driver, may be empty
#   AGENT_ADDRESS  address that is never banned, may be empty
#   HOST_NAME      name to give the host, may be empty
set -euo pipefail

if [ $# -lt 2 ]; then
  echo "usage: $0 HOST PUBLIC_KEY_FILE [open port ...]" >&2
  exit 2
fi
host=$1
key=$(cat "$2")
shift 2

{
  printf 'KEY=%q\nPORTS=%q\nUPGRADE=%q\nDRIVER=%q\nAGENT=%q\nNAME=%q\n' \
    "$key" "22 80 443 $*" "${UPGRADE:-1}" "${STORAGE_DRIVER:-}" "${AGENT_ADDRESS:-}" "${HOST_NAME:-}"
  cat <<'REMOTE'
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 LC_ALL=C

mkdir -p -m 0700 ~/.ssh
grep -qxF "$KEY" ~/.ssh/authorized_keys 2>/dev/null || echo "$KEY" >>~/.ssh/authorized_keys
chmod 0600 ~/.ssh/authorized_keys
printf '%s\n' 'PasswordAuthentication no' 'KbdInteractiveAuthentication no' \
  'PubkeyAuthentication yes' >/etc/ssh/sshd_config.d/00-zavhoz.conf
sshd -t
systemctl reload ssh

mkdir -p /etc/docker /etc/fail2ban/jail.d /etc/ansible/facts.d
printf '{"log-driver":"json-file","log-opts":{"max-file":"3","max-size":"10m"}%s}\n' \
  "${DRIVER:+,\"storage-driver\":\"$DRIVER\"}" >/etc/docker/daemon.json
printf '[DEFAULT]\nignoreip = 127.0.0.1/8 ::1 %s\n\n[sshd]\nenabled = true\nbackend = systemd\nport = 22\n' \
  "$AGENT" >/etc/fail2ban/jail.d/zavhoz.local

apt-get -q update
[ "$UPGRADE" = 0 ] || apt-get -q -y --with-new-pkgs upgrade
. /etc/os-release
case $VERSION_CODENAME in
  bookworm) docker='docker.io docker-compose' ;;
  trixie) docker='docker.io docker-cli docker-compose' ;;
  *) docker='docker.io docker-compose-v2' ;;
esac
apt-get -q -y --no-install-recommends install apparmor ca-certificates fail2ban iptables \
  python3-systemd tzdata ufw $docker
timedatectl set-timezone Etc/UTC
if [ -n "$NAME" ]; then
  echo "127.0.1.1 $NAME" >>/etc/hosts
  hostnamectl set-hostname "$NAME"
fi
systemctl enable --now docker fail2ban
if docker compose version >/dev/null 2>&1; then compose='docker compose'; else compose=docker-compose; fi
printf '{"compose": "%s"}\n' "$compose" >/etc/ansible/facts.d/zavhoz.fact

printf '[Zavhoz]\ntitle=Open ports\ndescription=Open ports\nports=%s\n' \
  "$(for p in $PORTS; do printf '%s/tcp|' "$p"; done | sed 's/|$//')" >/etc/ufw/applications.d/zavhoz
for family in '' 6; do
  {
    printf '*filter\n:ufw%s-user-forward - [0:0]\n:DOCKER-USER - [0:0]\n' "$family"
    printf -- '-A DOCKER-USER %s\n' '-m conntrack --ctstate RELATED,ESTABLISHED -j RETURN' \
      "-j ufw$family-user-forward"
    for p in $PORTS; do
      printf -- '-A DOCKER-USER -p tcp -m conntrack --ctstate DNAT --ctorigdstport %s -j RETURN\n' "$p"
    done
    printf -- '-A DOCKER-USER %s\n' '-m conntrack --ctstate DNAT -j DROP' '-i docker0 -j RETURN' \
      '-i br-+ -j RETURN' '-o docker0 -j DROP' '-o br-+ -j DROP'
    printf 'COMMIT\n'
  } >>"/etc/ufw/after$family.rules"
done
ufw default deny incoming
ufw allow Zavhoz
ufw --force enable
systemctl is-active ssh docker fail2ban
REMOTE
} | sshpass -e ssh -o StrictHostKeyChecking=yes -o UserKnownHostsFile="${KNOWN_HOSTS:?}" \
  -o ConnectTimeout=15 -o ServerAliveInterval=15 "root@$host" bash -s
