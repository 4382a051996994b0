"""The configuration of a private Dovecot: IMAP, delivery by LMTP with Sieve, sign-in by password or token."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

SIEVE_AWAY = """\
require ["vacation"];
vacation :days 1 :subject "Out of office" :addresses ["{address}"]
"I am out of the office until {until}. In urgent cases please write to the switchboard.";
"""


def write_dovecot(base: Path, ports: Mapping[str, int], passwords: Mapping[str, str], introspect: str) -> Path:
    """Everything Dovecot reads.

    Args:
        base: the folder of both servers; its certificate is there.
        ports: ``imap`` (STARTTLS), ``imaps``, ``mx``.
        passwords: address -> password.
        introspect: where a token is asked about (RFC 7662).

    Returns:
        The configuration file.
    """
    users = "".join(f"{address}:{{PLAIN}}{secret}::::::\n" for address, secret in passwords.items())
    (base / "users").write_text(users)
    (base / "oauth2.conf").write_text(
        f"introspection_mode = post\nintrospection_url = {introspect}\nusername_attribute = username\n"
        "active_attribute = active\nactive_value = true\n"
    )
    path = base / "dovecot.conf"
    path.write_text(_CONFIGURATION.format(base=base, **ports))
    return path


def write_absence(base: Path, address: str, until: date) -> None:
    """A mailbox that answers with an absence note."""
    name, _, domain = address.partition("@")
    script = base / "mail" / domain / name / ".dovecot.sieve"
    script.parent.mkdir(parents=True)
    script.write_text(SIEVE_AWAY.format(address=address, until=f"{until.day} {until:%B %Y}"))


_CONFIGURATION = """\
protocols = imap lmtp
listen = 127.0.0.1
base_dir = {base}/run
state_dir = {base}/state
log_path = {base}/dovecot.log
instance_name = leadwright-test
postmaster_address = postmaster@seller.example
hostname = mail.seller.example
ssl = required
ssl_cert = <{base}/certificate.pem
ssl_key = <{base}/key.pem
auth_mechanisms = plain login xoauth2 oauthbearer
auth_verbose = yes
auth_failure_delay = 0 secs
first_valid_uid = 1
mail_location = maildir:~/Maildir
submission_host = 127.0.0.1:{mx}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {base}/users
  mechanisms = plain login
}}
passdb {{
  driver = oauth2
  args = {base}/oauth2.conf
  mechanisms = xoauth2 oauthbearer
}}
userdb {{
  driver = passwd-file
  args = username_format=%u {base}/users
  override_fields = uid=nobody gid=nogroup home={base}/mail/%d/%n
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Sent {{
    auto = subscribe
    special_use = \\Sent
  }}
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service auth {{
  unix_listener {base}/sockets/auth {{
    mode = 0600
    user = postfix
  }}
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service lmtp {{
  unix_listener {base}/sockets/lmtp {{
    mode = 0600
    user = postfix
  }}
}}
protocol lmtp {{
  mail_plugins = sieve
}}
plugin {{
  sieve = file:~/sieve;active=~/.dovecot.sieve
}}
"""
