"""The configuration of a private Postfix: submission after sign-in, a door for mail from outside, bounces."""

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

OURS, COMPANY, GONE = "seller.example", "company.example", "gone.example"


def write_postfix(base: Path, ports: Mapping[str, int], addresses: Iterable[str], away: str) -> Path:
    """Everything Postfix reads.

    Args:
        base: the folder of both servers; its certificate is there.
        ports: ``smtp`` (submission, STARTTLS), ``smtps``, ``mx`` (from outside), ``gone`` (a company's own server that
            knows nobody).
        addresses: of the mailboxes; each account may send as its own address alone.
        away: gets mail without the marks of a machine: Sieve leaves marked mail unanswered, other systems do not.

    Returns:
        The folder of the configuration.
    """
    folder = base / "postfix"
    for name in ("", "queue", "data"):
        (folder / name).mkdir(exist_ok=True)
    shutil.chown(folder / "data", "postfix")
    known = "".join(f"{address} {address}\n" for address in addresses)
    (folder / "mailboxes").write_text(known)
    (folder / "known_here").write_text(f"{OURS} reject_unlisted_recipient\n{COMPANY} reject_unlisted_recipient\n")
    (folder / "nobody").write_text(f"somebody@{GONE} x\n")
    lmtp = f"unix:{base}/sockets/lmtp"
    (folder / "transport").write_text(f"{GONE} smtp:[127.0.0.1]:{ports['gone']}\n{away} unmarked:{lmtp}\n")
    (folder / "marks").write_text("/^(List-Unsubscribe.*|Auto-Submitted|X-Auto-Response-Suppress):/ IGNORE\n")
    (folder / "main.cf").write_text(_MAIN.format(base=base, folder=folder, ours=OURS, company=COMPANY, gone=GONE))
    (folder / "master.cf").write_text(_MASTER.format(folder=folder, **ports))
    return folder


_MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
mail_owner = postfix
maillog_file = {base}/postfix.log
maillog_file_prefixes = {base}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.seller.example
myorigin = seller.example
mydestination =
mynetworks =
alias_maps =
alias_database =
local_recipient_maps =
virtual_mailbox_domains = {ours} {company}
virtual_mailbox_maps = texthash:{folder}/mailboxes
virtual_transport = lmtp:unix:{base}/sockets/lmtp
relay_domains = {gone}
relay_recipient_maps = texthash:{folder}/nobody
transport_maps = texthash:{folder}/transport
default_transport = error:5.1.2 this server writes to nobody else
smtp_dns_support_level = disabled
smtp_host_lookup = native
smtpd_peername_lookup = no
smtpd_sasl_type = dovecot
smtpd_sasl_path = {base}/sockets/auth
smtpd_sender_login_maps = texthash:{folder}/mailboxes
smtpd_tls_cert_file = {base}/certificate.pem
smtpd_tls_key_file = {base}/key.pem
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_soft_error_limit = 100
smtpd_error_sleep_time = 0
smtpd_hard_error_limit = 200
smtpd_client_connection_count_limit = 0
queue_run_delay = 2s
service_throttle_time = 1s
minimal_backoff_time = 2s
message_size_limit = 30000000
"""

_SUBMISSION = """\
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_reject_unlisted_recipient=no
  -o smtpd_sender_restrictions=reject_sender_login_mismatch
  -o {{ smtpd_recipient_restrictions = check_recipient_access texthash:{folder}/known_here, permit_sasl_authenticated, reject }}
"""  # noqa: E501

_MASTER = (
    """\
postlog   unix-dgram n - n - 1 postlogd
pickup    unix n - n 60 1 pickup
cleanup   unix n - n - 0 cleanup
qmgr      unix n - n 300 1 qmgr
tlsmgr    unix - - n 1000? 1 tlsmgr
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
trace     unix - - n - 0 bounce
verify    unix - - n - 1 verify
flush     unix n - n 1000? 0 flush
proxymap  unix - - n - - proxymap
smtp      unix - - n - - smtp
relay     unix - - n - - smtp
showq     unix n - n - - showq
error     unix - - n - - error
retry     unix - - n - - error
discard   unix - - n - - discard
lmtp      unix - - n - - lmtp
unmarked  unix - - n - - lmtp
  -o lmtp_header_checks=regexp:{folder}/marks
anvil     unix - - n - 1 anvil
scache    unix - - n - 1 scache
127.0.0.1:{mx} inet n - n - - smtpd
127.0.0.1:{gone} inet n - n - - smtpd
  -o myhostname=mail.gone.example
127.0.0.1:{smtp} inet n - n - - smtpd
  -o smtpd_tls_security_level=encrypt
"""
    + _SUBMISSION
    + """\
127.0.0.1:{smtps} inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
"""
    + _SUBMISSION
)
