"""Refusals that only look alike: who is unknown, the recipient or the sender? For good, or for now?

Lines as in `bounce_wordings`, each set written before any rule was changed for it. "Anon" is no certain system.
"""

THIRD = r"""
Postfix | hard | 4.1.1 | 450 4.1.1 <bob@example.net>: Recipient address rejected: User unknown in local recipient table (in reply to RCPT TO command)
Postfix | soft | 4.1.1 | 450 4.1.1 <bob@example.net>: Recipient address rejected: unverified address: Address verification in progress (in reply to RCPT TO command)
Postfix | soft | 4.1.1 | 450 4.1.1 <bob@example.net>: Recipient address rejected: User unknown in virtual mailbox table, please try again later (in reply to RCPT TO command)
Postfix | soft | 4.3.0 | 451 4.3.0 <bob@example.net>: Temporary lookup failure (in reply to RCPT TO command)
Postfix | soft | 4.1.2 | 450 4.1.2 <bob@exmaple.net>: Recipient address rejected: Domain not found (in reply to RCPT TO command)
Postfix | soft | 4.1.8 | 450 4.1.8 <sales@example.org>: Sender address rejected: Domain not found (in reply to RCPT TO command)
Postfix | soft | 5.1.8 | 550 5.1.8 <sales@example.org>: Sender address rejected: Domain not found (in reply to RCPT TO command)
Postfix | soft | 5.7.1 | 554 5.7.1 <bob@example.net>: Recipient address rejected: Please see http://www.openspf.org/Why?s=mfrom;id=sales%40example.org (in reply to RCPT TO command)
Postfix | soft | 5.7.1 | 554 5.7.1 <unknown[192.0.2.7]>: Client host rejected: Access denied (in reply to RCPT TO command)
Postfix | soft | 5.7.1 | 504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname (in reply to RCPT TO command)
Postfix | hard | 5.1.2 | 550 5.1.2 <bob@exmaple.net>: Recipient address rejected: Domain not found (in reply to RCPT TO command)
Postfix | soft | 5.4.6 | mail for exmaple.net loops back to myself
Postfix | hard | 5.1.6 | 550 5.1.6 <bob@example.net>: Recipient address rejected: User has moved to bob@example.com (in reply to RCPT TO command)
Postfix | soft | 5.7.1 | 550 5.7.1 <bob@example.net>: Recipient address rejected: User unknown in relay policy list; sender not permitted (in reply to MAIL FROM command)
Dovecot | soft | 5.2.2 | 552 5.2.2 <bob@example.net> Quota exceeded (mailbox for user is full) (in reply to end of DATA command)
Dovecot | hard | 5.1.1 | 550 5.1.1 <bob@example.net> User doesn't exist: bob@example.net (in reply to RCPT TO command)
Cyrus | hard | 5.1.1 | 550-Mailbox unknown. Either there is no mailbox associated with this name or you do not have authorization to see it. 550 5.1.1 User unknown
Cyrus | soft | 5.2.2 | 552 5.2.2 Over quota SESSIONID=<imap-1-2-3>
Sendmail | soft | 5.0.0 | 553 5.3.0 <bob@example.net>... Spam blocked see: http://spamcop.net/bl.shtml?192.0.2.7
Sendmail | soft | 5.5.0 | 550 5.0.0 We don't accept mail from spammers
Sendmail | hard | 5.5.0 | 550 5.5.0 <bob@example.net>... No such recipient here\n>>> DATA\n<<< 550 5.5.0 <bob@example.net>... No such recipient here\n550 5.1.1 <bob@example.net>... User unknown\n<<< 503 5.0.0 Need RCPT (recipient)
Sendmail | soft | text |    ----- The following addresses had permanent fatal errors -----\n<bob@example.net>\n    (reason: 554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using zen.example.org)\n\n   ----- Transcript of session follows -----\n... while talking to mx.example.net.:\n>>> DATA\n<<< 554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using zen.example.org\n554 5.0.0 Service unavailable\n<<< 554 5.5.1 Error: no valid recipients\n
Sendmail | soft | text |    ----- Transcript of session follows -----\n... while talking to mx.example.net.:\n>>> DATA\n<<< 451 4.7.1 Greylisting in action, please come back later\n<bob@example.net>... Deferred: 451 4.7.1 Greylisting in action, please come back later\n<<< 554 5.5.1 Error: no valid recipients\nMessage could not be delivered for 5 days\nMessage will be deleted from queue\n
Sendmail | hard | text |    ----- The following addresses had permanent fatal errors -----\n<bob@example.net>\n    (reason: 550 No such person at this address)\n\n   ----- Transcript of session follows -----\n... while talking to mx.example.net.:\n>>> RCPT To:<bob@example.net>\n<<< 550 No such person at this address\n550 5.1.1 <bob@example.net>... User unknown\n
Sendmail | open | text |    ----- The following addresses had permanent fatal errors -----\n<bob@example.net>\n    (reason: 550 User unknown)\n\n   ----- Transcript of session follows -----\n... while talking to mx.example.net.:\n>>> DATA\n<<< 550 User unknown\n554 5.0.0 Service unavailable\n
PowerMTA | hard | 5.0.0 | 550 no such account on this system (in reply to RCPT TO command)
qmail | hard | text | Hi. This is the qmail-send program at mx.example.net.\nI'm afraid I wasn't able to deliver your message to the following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n<bob@example.net>:\n192.0.2.9 does not like recipient.\nRemote host said: 550 5.1.1 no such mailbox\nGiving up on 192.0.2.9.\n
qmail | soft | text | Hi. This is the qmail-send program at mx.example.net.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n\n<bob@example.net>:\n192.0.2.9 failed after I sent the message.\nRemote host said: 554 Message does not conform to standards\n
qmail | soft | text | Hi. This is the qmail-send program at mx.example.net.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n\n<bob@example.net>:\nCNAME lookup failed temporarily. (#4.4.3)\nI'm not going to try again; this message has been in the queue too long.\n
qmail | soft | text | Hi. This is the qmail-send program at mx.example.net.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n\n<bob@example.net>:\n192.0.2.9 does not like recipient.\nRemote host said: 553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)\nGiving up on 192.0.2.9.\n
qmail | hard | text | Hi. This is the qmail-send program at mx.example.net.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n\n<bob@example.net>:\nThis address no longer accepts mail. (#5.1.1)\n
qmail | soft | text | Hi. This is the qmail-send program at mx.example.net.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n\n<bob@example.net>:\nThe users mailfolder is over the allowed quota (size). (#5.2.2)\n
Exim | hard | text | This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  bob@exmaple.net\n    all relevant MX records point to non-existent hosts\n
Exim | soft | text | This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  bob@example.net\n    retry time not reached for any host after a long failure period\n
Exim | soft | text | This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  bob@example.net\n    SMTP error from remote mail server after MAIL FROM:<sales@example.org>:\n    550 Sender unknown; user unknown\n
Exim | soft | text | This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  bob@example.net\n    SMTP error from remote mail server after RCPT TO:<bob@example.net>:\n    550-Verification failed for <sales@example.org>\n    550-The mail server could not deliver mail to sales@example.org.\n    550 Sender verify failed\n
Exim | soft | text | This message was created automatically by mail delivery software.\n\nThe following address(es) failed:\n\n  bob@example.net\n    Child process of virtual_delivery transport returned 77 (could mean permission denied) from command: /usr/lib/deliver\n
Exim | hard | text | This message was created automatically by mail delivery software.\n\nThe following address(es) failed:\n\n  bob@example.net\n    an MX or SRV record indicated no SMTP service\n
Exim | hard | text | This message was created automatically by mail delivery software.\n\nThe following address(es) failed:\n\n  bob@example.net\n    host mx.example.net [192.0.2.9]\n    SMTP error from remote mail server after RCPT TO:<bob@example.net>:\n    550 5.1.1 The email account that you tried to reach does not exist.\n
Exim | soft | text | This message was created automatically by mail delivery software.\n\nThe following address(es) failed:\n\n  bob@example.net\n    host mx.example.net [192.0.2.9]\n    SMTP error from remote mail server after RCPT TO:<bob@example.net>:\n    550 Administrative prohibition\n
Exim | soft | text | This message was created automatically by mail delivery software.\n\nThe following address(es) failed:\n\n  bob@example.net\n    host mx.example.net [192.0.2.9]\n    SMTP error from remote mail server after RCPT TO:<bob@example.net>:\n    550 relay not permitted\n
Exim | soft | text | This message was created automatically by mail delivery software.\n\nThe following address(es) failed:\n\n  bob@example.net\n    host mx.example.net [192.0.2.9]\n    SMTP error from remote mail server after RCPT TO:<bob@example.net>:\n    550 This account has been suspended by its administrator\n
Microsoft 365 | soft | 5.2.122 | 554 5.2.122 The recipient has exceeded their limit for the number of messages they can receive per hour
Microsoft 365 | soft | 5.7.64 | 550 5.7.64 TenantAttribution; Relay Access Denied
Microsoft 365 | soft | 5.7.23 | 550 5.7.23 The message was rejected because of Sender Policy Framework violation
Microsoft 365 | soft | 5.6.11 | 550 5.6.11 SMTPSEND.BareLinefeedsAreIllegal; message contains bare linefeeds, which cannot be sent via DATA
Microsoft 365 | soft | 5.7.12 | 550 5.7.12 Sender was not authenticated by organization
Microsoft 365 | soft | 5.4.317 | 550 5.4.317 Message expired, cannot connect to remote server
Microsoft 365 | open | 5.1.351 | 550 5.1.351 Remote server returned unknown recipient or mailbox unavailable -> 550 Requested action not taken
Microsoft 365 | hard | 5.1.10 | 550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup
Microsoft 365 | soft | 5.1.8 | 550 5.1.8 Access denied, bad outbound sender. Your account has been restricted
Exchange on premises | hard | 5.1.1 | #5.1.1 smtp;550 5.1.1 RESOLVER.ADR.ExRecipNotFound; not found
Exchange on premises | soft | 5.7.1 | #550 5.7.1 RESOLVER.RST.AuthRequired; authentication required ##
Exchange on premises | soft | 5.2.1 | #550 5.2.1 STOREDRV.Deliver: mailbox disabled ##
Exchange 2003 | hard | text | Your message did not reach some or all of the intended recipients.\n\n      Subject: Offer\n\nThe following recipient(s) could not be reached:\n\n      bob@example.net on 3/2/2026 9:12 AM\n            The e-mail account does not exist at the organization this message was sent to.  Check the e-mail address, or contact the recipient directly to find out the correct address.\n            <mx.example.net #5.1.1>\n
Exchange 2003 | soft | text | Your message did not reach some or all of the intended recipients.\n\nThe following recipient(s) could not be reached:\n\n      bob@example.net on 3/2/2026 9:12 AM\n            You do not have permission to send to this recipient.  For assistance, contact your system administrator.\n            <mx.example.net #5.7.1 smtp;550 5.7.1 Unable to relay for bob@example.net>\n
Gmail | soft | 5.7.28 | 550-5.7.28 Our system has detected an unusual rate of unsolicited mail originating from your IP address.
Gmail | soft | 5.7.1 | 550-5.7.1 The user or domain that you are sending to (or from) has a policy that prohibited the mail that you sent. Please contact your domain administrator
Gmail | soft | 4.7.28 | 421-4.7.28 Gmail has detected an unusual rate of mail originating from your SPF domain. To protect our users, mail has been temporarily rate limited.
Gmail | soft | 5.2.3 | 552-5.2.3 Your message exceeded Google's message size limits
Gmail | hard | text | Address not found\n\nYour message wasn't delivered to bob@example.net because the address couldn't be found, or is unable to receive mail.\n\nThe response from the remote server was:\n550 5.1.1 The email account that you tried to reach does not exist.\n
Gmail | soft | text | Message blocked\n\nYour message to bob@example.net has been blocked. See technical details below for more information.\n\nThe response from the remote server was:\n550 5.7.1 Unauthenticated email is not accepted from this domain\n
Gmail | soft | text | Recipient inbox full\n\nYour message couldn't be delivered to bob@example.net. Their inbox is full, or it's getting too much mail right now.\n
Google Workspace | hard | 5.2.1 | 550 5.1.1 The email account that you tried to reach does not exist. Please try double-checking
Yahoo | hard | 5.0.0 | 552 1 Requested mail action aborted, mailbox not found (in reply to RCPT TO command)
Yahoo | soft | 5.2.2 | 552 5.2.2 This user's mailbox is over quota, delivery temporarily suspended
Yahoo | soft | 5.0.0 | 553 5.7.2 [TSS09] All messages from 192.0.2.7 will be permanently deferred; Retrying will NOT succeed.
AOL | hard | 5.1.1 | 550 5.1.1 <bob@example.net>: Recipient address rejected: mailbox not found
AOL | soft | 5.0.0 | 554 RLY:B1 Error: the mail was refused for the complaints of users
Comcast | hard | 5.1.1 | 550 5.1.1 <bob@example.net> Account not available
Comcast | soft | 5.2.0 | 550 5.2.0 <bob@example.net> Message rejected because of poor sender reputation BL000010
Comcast | soft | 4.2.0 | 421 4.2.0 Reverse DNS failure: Try again later. RL000003
AT&T | soft | 5.3.0 | 550 5.3.0 flph829 DNSBL:RBL 521< 192.0.2.7 >_is_blocked. Contact abuse_rbl@abuse.example
Spectrum | hard | 5.1.1 | 550 5.1.1 <bob@example.net> recipient does not exist here
GoDaddy | hard | 5.1.1 | 550 5.1.1 <bob@example.net> Recipient not found.  <http://x.example/irbounce>
GoDaddy | soft | 5.2.0 | 552 5.2.0 <bob@example.net> This message has been rejected due to content judged to be spam
IONOS | hard | text | This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its recipients. This is a permanent error.\n\nThe following address failed:\n\nbob@example.net:\nSMTP error from remote server for RCPT TO command, host: mx.example.net (192.0.2.9) reason: 550 Unknown recipient\n
IONOS | soft | text | This message was created automatically by mail delivery software.\n\nThe following address failed:\n\nbob@example.net:\nSMTP error from remote server for TEXT command, host: mx.example.net (192.0.2.9) reason: 554 5.7.1 Message rejected as spam\n
IONOS | soft | text | This message was created automatically by mail delivery software.\n\nThe following address failed:\n\nbob@example.net:\nSMTP error from remote server for TEXT command, host: mx.example.net (192.0.2.9) reason: 550 unknown user bob@example.net\n
Web.de | soft | 5.0.0 | 552 Requested mail action aborted: exceeded storage allocation
Strato | hard | 5.1.1 | 550 5.1.1 <bob@example.net> User unknown; rejecting (in reply to RCPT TO command)
Mimecast | soft | 5.0.0 | 550 Administrative prohibition - envelope blocked - https://community.mimecast.com/docs/DOC-1369#550
Mimecast | soft | 4.0.0 | 451 Internal resources are temporarily unavailable
Mimecast | hard | 5.0.0 | 550 Invalid Recipient (in reply to RCPT TO command)
Trend Micro | soft | 5.7.1 | 550 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using Trend Micro Email Reputation Service
Sophos | soft | 5.0.0 | 550 5.7.1 Message rejected by Sophos: content policy (in reply to end of DATA command)
Barracuda | hard | 5.1.1 | 550 5.1.1 No such user (bob@example.net) (in reply to RCPT TO command)
Barracuda | hard | 5.0.0 | 550 permanent failure for one or more recipients (bob@example.net:550 no such user) (in reply to RCPT TO command)
Barracuda | soft | 5.0.0 | 550 permanent failure for one or more recipients (bob@example.net:blocked)
Mailjet | soft | 5.0.0 | 550 Recipient was blocked by the recipient's provider
SendGrid | soft | 5.0.0 | 550 unsubscribed or blocked by policy
SparkPost | hard | 5.1.1 | 550 5.1.1 bob@example.net not a valid recipient
MailChannels | soft | 5.7.1 | 550 5.7.1 [SDNF] Sender Domain Not Found. Please see our help page
OVH | hard | 5.1.1 | 550 5.1.1 <bob@example.net>: Recipient address rejected: User unknown
La Poste | hard | 5.5.0 | 550 5.5.0 Boite du destinataire inconnue. Recipient unknown. LPN_416 (in reply to RCPT TO command)
Orange | soft | 5.2.0 | 552 5.1.1 Boite du destinataire pleine. Recipient overquota. OFR_417 [417]
SFR | soft | 4.2.1 | 421 4.2.1 Temporaire: trop de connexions. Too many connections from your IP
Naver | hard | 5.1.1 | 550 5.1.1 No such user 'bob@example.net'
Daum | soft | 5.0.0 | 550 Sender domain not found. Ask your postmaster
163.com | soft | 5.0.0 | 550 MI:IMF too many messages today for this recipient
QQ | soft | 5.0.0 | 550 Ip frequency limited
Rediff | hard | 5.1.1 | 550 5.1.1 <bob@example.net>: invalid address (in reply to RCPT TO command)
Notes | hard | text | Your message\n\n  Subject: Offer\n\nwas not delivered to:\n\n  bob@example.net\n\nbecause:\n\n  User bob (bob@example.net) not listed in public Name & Address Book\n
Notes | soft | text | Your message\n\n  Subject: Offer\n\nwas not delivered to:\n\n  bob@example.net\n\nbecause:\n\n  Error transferring to mx.example.net; Maximum hop count exceeded. Message probably in a routing loop.\n
GroupWise | hard | text | The message that you sent was undeliverable to the following:\n\tbob@example.net (550 5.1.1 User unknown)\n
GroupWise | soft | text | The message that you sent was undeliverable to the following:\n\tbob (mailbox full)\n
MailMarshal | soft | text | Your message:\n   From:    sales@example.org\n   Subject: Offer\nCould not be delivered because of\n\n550 5.7.1 Message refused by content rule\n\nThe following recipients were affected:\n    bob@example.net\n
Kerio | soft | text | Your message could not be delivered to bob@example.net\n\nReason: 552 5.2.2 Requested mail action aborted: user's quota exceeded\n
SMTP2GO | soft | 5.0.0 | 550 Sender verify failed, no such user sales@example.org
EZweb | open | text | The user(s) account is disabled.\n\n<bob@example.net>\n
SoftBank | soft | 5.0.0 | 550 Invalid recipient: <bob@example.net> (in reply to end of DATA command)
docomo | open | 5.0.0 | 550 Unknown user x@docomo.ne.jp
Anon | soft | 5.0.0 | 550 Mailbox temporarily closed for maintenance: bob@example.net
Anon | soft | 5.0.0 | 550 bob@example.net: account expired, user is on leave
Anon | soft | 5.1.1 | 550 5.1.1 bob@example.net account temporarily disabled
Anon | soft | 5.1.1 | 550 5.1.1 <bob@example.net>: mailbox is full
Anon | soft | 5.1.1 | 550 5.1.1 Message rejected: sender is listed at spamhaus
Anon | soft | 5.0.0 | 550 You are not allowed to write to this user; unknown senders are refused
Anon | soft | 5.7.1 | 550 5.7.1 Unknown user or your address has been blocked by the recipient (in reply to end of DATA command)
Anon | soft | 4.2.0 | 450 Requested mail action not taken: mailbox unavailable (user unknown or busy) (in reply to RCPT TO command)
Anon | soft | 5.0.0 | 550 No such user here or relaying denied for your host
"""  # noqa: E501

FOURTH = r"""
Anon | soft | 5.1.1 | 550 5.1.1 <sales@example.org>: Sender address rejected: undeliverable address
Anon | soft | 5.1.1 | 550 5.1.1 Your server is not permitted to send mail to us; contact the postmaster
Anon | soft | 5.1.1 | 554 5.7.1 Message rejected because of unacceptable content
Anon | soft | 5.1.1 | 550 5.1.1 Too many invalid recipients from your address, try tomorrow
Anon | soft | 5.1.1 | 550 5.1.1 <bob@example.net>: SPF check of your domain failed
Anon | soft | 5.1.0 | 550 5.1.0 sales@example.org sender rejected
Anon | soft | 5.1.0 | 550 5.1.0 Authentication required
Anon | hard | 5.1.3 | 501 5.1.3 Bad recipient address syntax
Anon | soft | 5.1.7 | 501 5.1.7 Bad sender address syntax
Anon | hard | 5.1.2 | 550 5.1.2 No such domain at this location
Anon | soft | 4.4.4 | 451 4.4.4 Mail server for example.net unreachable
Anon | soft | 5.4.4 | 554 5.4.4 Unable to route: no route to host
Anon | hard | 5.4.4 | 554 5.4.4 Domain exmaple.net has no MX and no A record, no such domain
Anon | soft | 5.2.1 | 550 5.2.1 Mailbox disabled, not accepting messages
Anon | soft | 5.2.1 | 550 5.2.1 This recipient does not accept mail from strangers
Anon | hard | 5.0.0 | 550 bob@example.net no longer works here (in reply to RCPT TO command)
Anon | hard | 5.1.6 | 550 5.1.6 bob@example.net has left the company
Anon | soft | 5.0.0 | 550 User bob@example.net is busy, please try again
Anon | soft | 5.7.1 | 550 5.7.1 User unknown: relaying denied
Anon | soft | 5.0.0 | 550 Access from unknown host denied
Anon | soft | 5.0.0 | 554 Unknown sender domain
Anon | soft | 5.7.27 | 550 5.7.27 Sender address has null MX
Anon | soft | 5.0.0 | 550 Sender domain does not accept mail, null MX
Anon | hard | 5.1.10 | 556 5.1.10 Recipient address has null MX
Anon | soft | 5.0.0 | 554 Service unavailable; unknown client host [192.0.2.7]
Anon | soft | 5.0.0 | 550 Cannot resolve PTR record for 192.0.2.7, host unknown
Anon | soft | 5.0.0 | 550 Blacklisted: domain example.org does not exist in our whitelist
Anon | soft | 5.5.0 | 550 5.5.0 HELO rejected: host not found
Anon | soft | 5.3.0 | 550 5.3.0 Mail server cannot open mailbox for bob@example.net
Anon | soft | 5.2.0 | 550 5.2.0 mailbox unavailable: over limit
Anon | soft | 5.3.2 | 554 5.3.2 System not accepting network messages, shutting down
Anon | hard | text | Your message to bob@example.net could not be delivered.\n\n>>> RCPT TO:<bob@example.net>\n<<< 553 no mailbox by that name is currently available\n
Anon | soft | text | Your message to bob@example.net could not be delivered.\n\n>>> MAIL FROM:<sales@example.org>\n<<< 550 unknown user\n
Anon | soft | text | Your message to bob@example.net could not be delivered.\n\n>>> RCPT TO:<bob@example.net>\n<<< 550 user bob has too many messages on the server\n
Anon | soft | text | Your message to bob@example.net could not be delivered.\n\n>>> RCPT TO:<bob@example.net>\n<<< 452 mailbox busy, unknown error\n
Anon | soft | text | The user you wrote to, bob@example.net, refuses mail from people who are not in the address book. Your mail was not delivered.\n
Anon | soft | text | Delivery of your message to bob@example.net failed permanently. No reason was given.\n
Anon | soft | text | Ihre Nachricht an bob@example.net konnte nicht zugestellt werden. Der Server des Empfängers lehnt Ihre Adresse ab.\n
Anon | soft | text | Votre message à bob@example.net n'a pas pu être remis : la boîte du destinataire est pleine.\n
Anon | hard | text | Il messaggio non è stato consegnato a bob@example.net\n\nRCPT TO:<bob@example.net> replied: 550 5.1.1 utente sconosciuto\n
Anon | soft | text | 送信先のメールボックスの容量が不足しているため配信できませんでした。\n\nbob@example.net\n
Anon | soft | text | Su mensaje para bob@example.net no pudo ser entregado: el buzón está lleno.\n
PowerMTA | soft | 4.4.1 | no answer from host
Anon | soft | 4.1.1 | 450 4.1.1 bob@example.net: User unknown (in reply to end of DATA command)
Anon | soft | 4.1.1 | 450 4.1.1 unknown user, greylisted (in reply to RCPT TO command)
Anon | soft | 4.2.1 | 450 4.2.1 User unknown (in reply to RCPT TO command)
Anon | soft | 4.0.0 | 421 user unknown (in reply to RCPT TO command)
"""  # noqa: E501

FIFTH = r"""
Anon | soft | 5.0.0 | 550 Host name is invalid or unresolvable, see your DNS
Anon | soft | 5.7.1 | 550 5.7.1 Domain example.org not found: your envelope domain must resolve
Anon | soft | 5.0.0 | 550 No such user sales@example.org at your domain, callback failed
Anon | soft | 5.0.0 | 550 This mailbox exists no longer for outside senders
Anon | hard | 5.0.0 | 550 Sorry, no such mailbox: bob@example.net (in reply to RCPT TO command)
Anon | hard | 5.1.1 | 550 5.1.1 Unknown or illegal alias: bob@example.net
Anon | hard | 5.1.1 | 550 5.1.1 unrouteable address
Anon | hard | 5.0.0 | 550 unrouteable address (in reply to RCPT TO command)
Anon | hard | 5.1.1 | 511 5.1.1 bob@example.net is not known here
Anon | soft | 5.0.0 | 550 The server does not know your host, mail refused
Anon | soft | 5.0.0 | 554 No SMTP service here for you, bad reverse DNS
Anon | hard | 5.3.2 | 521 5.3.2 example.net does not accept mail
Anon | soft | 5.3.2 | 554 5.3.2 STOREDRV.Deliver; Missing or bad StoreDriver MDB properties
Anon | soft | 5.0.0 | 550 This system does not accept mail from dynamic addresses
Anon | soft | 5.0.0 | 554 We do not accept mail from your country
Anon | soft | 5.7.1 | 550 5.7.1 This host is not accepting mail from unknown domains
Anon | soft | 5.0.0 | 550 Protocol error: no recipients given
Anon | hard | 5.1.1 | 550 5.1.1 El usuario no existe
Anon | hard | 5.1.1 | 550 5.1.1 Empfänger unbekannt
Anon | soft | 5.7.1 | 550 5.7.1 Absender unbekannt
Anon | soft | 5.0.0 | 550 Absender nicht gefunden
Anon | soft | 5.0.0 | 550 expéditeur inconnu
Anon | soft | 5.0.0 | 550 remitente desconocido: sales@example.org
Anon | soft | 5.0.0 | 550 The sender does not exist
Anon | soft | 5.0.0 | 550 Invalid address in From header
Anon | soft | 5.0.0 | 550 Invalid Message-ID host, domain does not exist
Anon | soft | 5.0.0 | 550 Link in message points to unknown host
Anon | soft | 5.0.0 | 550 URL in body: domain does not exist
Anon | soft | 5.0.0 | 553 bad domain in envelope sender
Anon | soft | 5.0.0 | 550 mail server at bob@example.net: account closed for non-payment, will be restored
Anon | hard | 5.0.0 | 550 account closed: bob@example.net (in reply to RCPT TO command)
Anon | soft | 5.4.4 | 550 5.4.4 MX lookup of the sending domain failed: domain not found
Anon | soft | 5.1.2 | 550 5.1.2 bob@example.net: domain temporarily unavailable
Anon | soft | 5.0.0 | 554 Permanent failure: server could not connect to backend for bob@example.net
"""

SIXTH = r"""
Anon | soft | 5.0.0 | 550 Your domain could not be found in DNS
Anon | soft | 5.0.0 | 554 Received header names an unknown host
Anon | soft | 5.0.0 | 550 Unknown user in From header
Anon | soft | 5.0.0 | 550 postmaster@example.org does not exist, RFC 2142 wants one
Anon | soft | 5.0.0 | 550 Reply-To domain does not exist
Anon | soft | 5.7.1 | 550 5.7.1 Return-Path domain not found
Anon | soft | 5.0.0 | 550 Bounce address invalid
Anon | soft | 5.0.0 | 554 mail rejected, invalid recipient count
Anon | soft | 5.5.0 | 550 5.5.0 Mailbox of bob@example.net is closed to outside mail at the moment
Anon | soft | 5.0.0 | 550 bob@example.net: user invalid password on forwarding account
Anon | soft | 5.0.0 | 550 this is not an open relay, user bob@example.net not local
Anon | soft | 5.0.0 | 553 Attack detected: directory harvest, unknown users
Anon | soft | 5.1.1 | 550 5.1.1 Temporarily rejecting unknown users from your address
Anon | soft | 5.0.0 | 550 address verification of sales@example.org failed: mailbox not found
Anon | soft | 5.0.0 | 554 Mailbox not found for DSN sender
Anon | hard | 5.0.0 | 550 There is no mailbox for <bob@example.net>
Anon | hard | 5.1.1 | 550 5.1.1 mailbox does not exist
Anon | hard | 5.1.1 | 553 5.1.1 not our customer
Anon | hard | 5.0.0 | 550 <bob@example.net> is not a valid mailbox
Anon | hard | 5.1.2 | 550 5.1.2 example.net is no longer hosted here
Anon | hard | 5.1.10 | 550 5.1.10 recipient not found
Anon | hard | 5.0.0 | 550 user has been deleted (in reply to RCPT TO command)
Anon | hard | 5.1.1 | 550 5.1.1 <bob@example.net>: Email address could not be found, or was misspelled (G8)
Anon | hard | text | Delivery to bob@example.net failed.\n\nThe server mx.example.net said after RCPT TO: 550 no such person\n
"""  # noqa: E501
