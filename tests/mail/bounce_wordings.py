"""Bounces in the wordings that mail systems document: written for the tests before any rule was changed for them.

A line: system, expected (hard, soft, open: anything but hard), form (a status code for a standard report, `text` for
a bounce that is only words), what the server said; a backslash and n stand for a line break. No address is a person's.
"""

FIRST = r"""
Microsoft 365 | hard | 5.1.10 | 550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient bob@example.net not found by SMTP address lookup
Microsoft 365 | soft | 5.4.1 | 550 5.4.1 Recipient address rejected: Access denied. AS(201806281) [DB5EUR01FT011.eop-EUR01.prod.protection.outlook.com]
Microsoft 365 | soft | 5.7.133 | 550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required; Delivery restriction check failed
Microsoft 365 | soft | 5.7.606 | 550 5.7.606 Access denied, banned sending IP [192.0.2.7]. To request removal from this list please visit https://sender.office.com/
Microsoft 365 | soft | 5.2.2 | 554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException; Failed to process message due to a permanent exception
Microsoft 365 | soft | 5.7.515 | 550 5.7.515 Access denied, sending domain EXAMPLE.ORG does not meet the required authentication level
Microsoft 365 | soft | 5.4.316 | 550 5.4.316 Message expired, connection refused(Socket error code 10061)
Microsoft 365 | hard | 5.4.310 | 550 5.4.310 DNS domain exmaple.net does not exist [Message=InfoDomainNonexistent] [LastAttemptedServerName=exmaple.net]
Microsoft 365 | soft | 5.7.708 | 550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP
Exchange on premises | hard | 5.1.1 | #550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##
Exchange on premises | soft | 5.2.3 | #550 5.2.3 RESOLVER.RST.RecipSizeLimit; message too large for this recipient ##
Exchange on premises | soft | 5.4.6 | #554 5.4.6 Hop count exceeded - possible mail loop ##
Outlook.com | hard | 5.5.0 | 550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302).
Outlook.com | soft | 5.7.1 | 550 5.7.1 Unfortunately, messages from [192.0.2.7] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3150).
Gmail | hard | 5.1.1 | 550-5.1.1 The email account that you tried to reach does not exist. Please try double-checking the recipient's email address for typos or unnecessary spaces. - gsmtp
Gmail | soft | 5.2.1 | 550 5.2.1 The email account that you tried to reach is inactive. For more information, go to https://support.google.com/mail/?p=DisabledUser - gsmtp
Gmail | soft | 4.2.1 | 450 4.2.1 The user you are trying to contact is receiving email at a rate that prevents additional messages from being delivered.
Gmail | soft | 5.2.2 | 552 5.2.2 The recipient's inbox is out of storage space and inactive. Please direct the recipient to manage their storage. - gsmtp
Gmail | soft | 5.7.1 | 550 5.7.1 Our system has detected that this message is likely unsolicited mail. To reduce the amount of spam sent to Gmail, this message has been blocked.
Gmail | soft | 5.7.1 | 550 5.7.1 This message violates example.net email policy. - gcdp
Yahoo | hard | 5.0.0 | 554 delivery error: dd This user doesn't have a yahoo.com account (bob@example.net) [-5] - mta1234.mail.example
Yahoo | soft | 5.0.0 | 554 delivery error: dd Sorry your message to bob@example.net cannot be delivered. This account has been disabled or discontinued [#102].
Yahoo | soft | 4.7.0 | 421 4.7.0 [TSS04] Messages from 192.0.2.7 temporarily deferred due to unexpected volume or user complaints
Yahoo | soft | 5.7.9 | 554 5.7.9 Message not accepted for policy reasons. See https://postmaster.yahooinc.com/error-codes
Amazon SES | soft | 5.1.1 | 550 5.1.1 Amazon SES has suppressed sending to this address because it has a recent history of bouncing as an invalid address
Postfix | hard | 5.1.1 | 550 5.1.1 <bob@example.net>: Recipient address rejected: User unknown in virtual mailbox table
Postfix | hard | 5.4.4 | Host or domain name not found. Name service error for name=exmaple.net type=A: Host not found
Postfix | soft | 4.7.1 | 450 4.7.1 <bob@example.net>: Recipient address rejected: Greylisted for 300 seconds
Postfix | hard | 5.1.0 | Domain example.net does not accept mail (nullMX)
Postfix | soft | 5.2.2 | maildir delivery failed: create maildir file: Disk quota exceeded
Sendmail | hard | 5.1.1 | 550 5.1.1 <bob@example.net>... User unknown
Sendmail | hard | 5.1.2 | 550 5.1.2 <bob@exmaple.net>... Host unknown (Name server: exmaple.net: host not found)
Sendmail | soft | 5.7.1 | 550 5.7.1 <bob@example.net>... Access denied
Exim | hard | text | This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  bob@example.net\n    Unrouteable address\n
Exim | hard | text | This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  bob@example.net\n    host mx.example.net [192.0.2.9]\n    SMTP error from remote mail server after RCPT TO:<bob@example.net>:\n    550 No Such User Here\n
Exim | soft | text | This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  bob@example.net\n    SMTP error from remote mail server after end of data:\n    host mx.example.net [192.0.2.9]: 550 This message was classified as SPAM and may not be delivered\n
Exim | soft | text | This message was created automatically by mail delivery software.\n\nThe following address(es) failed:\n\n  bob@example.net\n    mailbox is full: retry timeout exceeded\n
qmail | hard | text | Hi. This is the qmail-send program at mx.example.net.\nI'm afraid I wasn't able to deliver your message to the following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n<bob@example.net>:\nSorry, no mailbox here by that name. (#5.1.1)\n
qmail | hard | text | Hi. This is the qmail-send program at mx.example.net.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n\n<bob@exmaple.net>:\nSorry, I couldn't find any host named exmaple.net. (#5.1.2)\n
qmail | soft | text | Hi. This is the qmail-send program at mx.example.net.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n\n<bob@example.net>:\nSorry, I wasn't able to establish an SMTP connection. (#4.4.1)\nI'm not going to try again; this message has been in the queue too long.\n
Domino | hard | 5.1.1 | 550 5.1.1 User bob (bob@example.net) not listed in Domino Directory
Domino | soft | 5.7.1 | 554 5.7.1 Mail from example.org was rejected by policy of this Domino server
Mimecast | hard | 5.1.1 | 550 Invalid Recipient - https://community.mimecast.com/docs/DOC-1369#550 [Zx1]
Mimecast | soft | 5.7.1 | 554 Email rejected due to security policies - https://community.mimecast.com/docs/DOC-1369#554
Mimecast | soft | 5.0.0 | 550 Rejected by header based Anti-Spoofing policy: sales@example.org
Proofpoint | hard | 5.1.1 | 550 5.1.1 User Unknown (in reply to RCPT TO command)
Proofpoint | soft | 5.7.0 | 554 5.7.0 Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.7
Barracuda | soft | 5.7.1 | 554 Service unavailable; Client host [mx.example.org] blocked using Barracuda Reputation
Cisco | hard | 5.1.0 | 550 #5.1.0 Address rejected.
Cisco | soft | 5.7.1 | 554 Your access to this mail system has been rejected due to the sending MTA's poor reputation
Zoho | hard | 5.1.1 | 550 5.1.1 User does not exist - <bob@example.net>
Zoho | soft | 5.4.6 | 550 5.4.6 Unusual sending activity detected. Please try after sometime
mail.ru | hard | 5.1.1 | 550 Message was not accepted -- invalid mailbox. Local mailbox bob@example.net is unavailable: user not found
mail.ru | soft | 5.2.1 | 550 Message was not accepted -- invalid mailbox. Local mailbox bob@example.net is unavailable: account is disabled
QQ | hard | 5.0.0 | 550 Mailbox not found. https://service.mail.example/detail/20022/1000728
QQ | soft | 5.0.0 | 550 Mail content denied. https://service.mail.example/detail/20022/1000726
Yandex | hard | 5.7.1 | 550 5.7.1 No such user!
Naver | soft | 5.7.1 | 554 5.7.1 nhn Reject: your IP address is blocked by our spam policy
docomo | open | text | The following message to <bob@example.net> was undeliverable.\nThe reason for the problem:\n550 Unknown user bob@example.net (in reply to end of DATA command)\n
docomo | soft | 5.2.2 | 552 Too much mail data bob@example.net
"""  # noqa: E501

# Written after the rules had been changed for the first sixty, and before they were changed for these.
SECOND = r"""
Microsoft 365 | soft | 5.7.124 | 550 5.7.124 RESOLVER.RST.SenderNotInAllowedSendersList; sender not in allowed-senders list for the group
Microsoft 365 | soft | 5.4.14 | 554 5.4.14 Hop count exceeded - possible mail loop ATTR34 [DB3FFO11FD036]
Microsoft 365 | soft | 5.0.350 | 550 5.0.350 Remote server returned an error -> 550 Message rejected: see https://example.net/policy
Microsoft 365 | soft | 5.7.750 | 550 5.7.750 Service unavailable. Client blocked from sending from unregistered domains
Microsoft 365 | soft | 5.2.0 | 554 5.2.0 STOREDRV.Deliver.Exception:StoragePermanentException.MapiExceptionLogonFailed
Microsoft 365 | hard | 5.1.1 | 550 5.1.1 The email address you entered couldn't be found. Please check the recipient's email address
Microsoft 365 | soft | 5.1.90 | 550 5.1.90 Your message can't be sent because you've reached your daily limit for message recipients
Microsoft 365 | soft | 4.4.316 | 450 4.4.316 Connection refused [Message=Socket error code 10061]
Gmail | soft | 5.7.26 | 550-5.7.26 Your email has been blocked because the sender is unauthenticated. Gmail requires all senders to authenticate with either SPF or DKIM.
Gmail | soft | 5.7.25 | 550 5.7.25 The IP address sending this message does not have a PTR record setup
Gmail | soft | 5.4.5 | 550 5.4.5 Daily SMTP relay limit exceeded for customer
Gmail | hard | 5.1.2 | 553 5.1.2 We weren't able to find the recipient domain. Please check for any spelling errors, and make sure you didn't enter any spaces or periods
iCloud | soft | 5.7.0 | 550 5.7.0 Blocked - see https://support.apple.com/kb/HT204137
iCloud | soft | 5.2.2 | 552 5.2.2 <bob@example.net>: user is over quota (in reply to RCPT TO command)
iCloud | hard | 5.1.1 | 550 5.1.1 <bob@example.net>: user does not exist (in reply to RCPT TO command)
GMX | soft | 5.0.0 | 554 Transaction failed. Reject due to policy restrictions. For explanation visit https://postmaster.example/
GMX | hard | 5.0.0 | 550 Requested action not taken: mailbox unavailable For explanation visit https://postmaster.example/ (in reply to RCPT TO command)
T-Online | soft | 5.7.0 | 554 IP=192.0.2.7 - A problem occurred. (Ask your postmaster for help or to contact tobr@rx.example to clarify.)
Orange | soft | 5.0.0 | 550 5.2.0 Mail rejete. Mail rejected. OFR_506 [506]
Orange | hard | 5.1.1 | 550 5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient. OFR_416 [416] (in reply to RCPT TO command)
Free.fr | soft | 5.7.1 | 550 spam detected (in reply to end of DATA command)
Libero | soft | 5.2.2 | 552 5.2.2 Casella piena - mailbox full for bob@example.net
Fastmail | hard | 5.1.1 | 550 5.1.1 <bob@example.net>: Recipient address rejected: unable to verify address in reply to RCPT TO: user unknown
Mailgun | soft | 5.0.0 | 605 Not delivering to previously bounced address
SoftBank | hard | 5.0.0 | 550 Invalid recipient: <bob@example.net> (in reply to RCPT TO command)
SoftBank | soft | 5.0.0 | 553 example.org does not exist (in reply to MAIL FROM command)
163.com | hard | 5.0.0 | 550 User not found: bob@example.net (in reply to RCPT TO command)
163.com | soft | 5.0.0 | 554 DT:SPM 163 smtp10,PMCowABnb2Zd 1 please see the help page
MailEnable | soft | text | MailEnable: Message Delivery Delay.\n\nThe following recipient(s) have not yet been reached:\n\n[bob@example.net]\n\nReason: Remote host did not respond. Delivery will be retried for 2 days.\n
Courier | hard | text | This is a delivery status notification from mx.example.net.\n\nUNDELIVERABLE MAIL\n\nYour message to the following recipients cannot be delivered:\n\n<bob@example.net>:\n    mx.example.net [192.0.2.9]:\n>>> RCPT TO:<bob@example.net>\n<<< 550 5.1.1 User unknown.\n
"""  # noqa: E501
