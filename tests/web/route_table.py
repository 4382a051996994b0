"""Who may use which route: oracle of `test_routes`. Reviewed by hand against the roles, never derived from the code.

A line is METHOD PATH WHO RECORD. A new route needs a line here; the build fails until it has one.

WHO: ``public``, or six letters, a dash for a role that may not: A System Administrator, D Application Developer,
E Exchange Administrator, M Sales Manager, S Salesperson, N somebody without any role. Where a value in the path decides
about the right, each value has a line of its own (``{number=1}``).

RECORD: what the path names. A lead, account, contact, an email or a review of a lead is reached by a Salesperson when
it is their own or one of their team; with ``:unit`` also when it belongs to their business unit. A token or a
notification is one's own whoever one is. Everything else belongs to the organisation: the letters alone decide.
"""

import re
from dataclasses import dataclass

LETTERS = {"A": "admin", "D": "developer", "E": "exchange", "M": "manager", "S": "seller", "N": "nobody"}


@dataclass(frozen=True)
class Line:
    """One route, or one value of a route's path.

    Args:
        who: letters, empty for a public route.
        record: the kind of record the path names, empty for none.
        by_unit: a Salesperson reads those of the business unit too.
    """

    method: str
    path: str
    who: str
    record: str
    by_unit: bool

    @property
    def route(self) -> tuple[str, str]:
        """Method and path as mounted."""
        return self.method, re.sub(r"=[^}]+", "", self.path)

    @property
    def is_public(self) -> bool:
        return not self.who

    @property
    def is_api(self) -> bool:
        return self.path.startswith("/api/v1/")

    @property
    def changes(self) -> bool:
        return self.method != "GET"

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def read_lines() -> list[Line]:
    """The table."""
    lines = []
    for text in TABLE.strip().splitlines():
        method, path, who, record = text.split()
        kind, _, reach = record.strip("-").partition(":")
        letters = "" if who == "public" else who.replace("-", "")
        lines.append(Line(method, path, letters, kind, reach == "unit"))
    return lines


TABLE = """
GET    /static/{hash}/{name}                                                   public -
GET    /                                                                       ADEMSN -
GET    /sign-in                                                                public -
POST   /sign-in                                                                public -
GET    /sign-in/code                                                           public -
POST   /sign-in/code                                                           public -
GET    /sign-in/app                                                            public -
POST   /sign-in/app                                                            public -
GET    /sign-in/with/{providerid}                                              public provider
GET    /sign-in/with/{providerid}/back                                         public provider
POST   /sign-out                                                               ADEMSN -
GET    /password/forgotten                                                     public -
POST   /password/forgotten                                                     public -
GET    /password/reset/{token}                                                 public link
POST   /password/reset/{token}                                                 public link
GET    /password                                                               ADEMSN -
POST   /password                                                               ADEMSN -
GET    /welcome/{token}                                                        public link
POST   /welcome/{token}                                                        public link
GET    /welcome/{token}/with/{providerid}                                      public provider
GET    /set-up                                                                 public -
POST   /set-up                                                                 public -
GET    /leads                                                                  A--MS- -
GET    /leads/new                                                              A--MS- -
POST   /leads/new                                                              A--MS- -
GET    /leads/{leadid}/edit                                                    A--MS- lead
POST   /leads/{leadid}/edit                                                    A--MS- lead
GET    /leads/{leadid}                                                         A--MS- lead
POST   /leads/{leadid}/return                                                  A--MS- lead
POST   /leads/{leadid}/disqualify                                              A--MS- lead
POST   /leads/{leadid}/reopen                                                  A--MS- lead
POST   /leads/{leadid}/reassign                                                A--M-- lead
POST   /leads/{leadid}/retry                                                   A--MS- lead
POST   /leads/retry                                                            A--M-- -
POST   /leads/{leadid}/disconnect                                              A--MS- lead
POST   /leads/{leadid}/email                                                   A--MS- lead
GET    /leads/{leadid}/qualify                                                 A--MS- lead
POST   /leads/{leadid}/qualify                                                 A--MS- lead
GET    /leads/{leadid}/draft                                                   A--MS- lead
POST   /leads/{leadid}/draft                                                   A--MS- lead
POST   /leads/{leadid}/send                                                    A--MS- lead
POST   /leads/{leadid}/mails/{emailid}/cancel                                  A--MS- email
GET    /leads/{leadid}/account                                                 A--MS- lead
POST   /leads/{leadid}/account                                                 A--MS- lead
GET    /leads/{leadid}/contact                                                 A--MS- lead
POST   /leads/{leadid}/contact                                                 A--MS- lead
GET    /leads/{leadid}/thread                                                  A--MS- lead
GET    /leads/{leadid}/thread/{emailid}/original                               A--MS- email
POST   /leads/{leadid}/conversation/{decision=send}                            A--MS- lead
POST   /leads/{leadid}/conversation/{decision=their-answer}                    A--MS- lead
POST   /leads/{leadid}/conversation/{decision=go-on}                           A--MS- lead
POST   /leads/{leadid}/conversation/{decision=stop}                            A--MS- lead
POST   /leads/{leadid}/conversation/{decision=pause}                           A--MS- lead
POST   /leads/{leadid}/conversation/{decision=do-not-write}                    A--MS- lead
POST   /leads/{leadid}/conversation/{decision=referral}                        A--MS- lead
POST   /leads/{leadid}/conversation/{decision=take-over}                       A--M-- lead
GET    /leads/{leadid}/delete                                                  A----- lead
POST   /leads/{leadid}/delete                                                  A----- lead
GET    /disqualified                                                           A--M-- -
POST   /disqualified/reassign                                                  A--M-- -
GET    /accounts                                                               A--MS- -
GET    /accounts/new                                                           A--MS- -
POST   /accounts/new                                                           A--MS- -
GET    /accounts/{recordid}                                                    A--MS- account:unit
POST   /accounts/{recordid}                                                    A--MS- account
GET    /contacts                                                               A--MS- -
GET    /contacts/new                                                           A--MS- -
POST   /contacts/new                                                           A--MS- -
GET    /contacts/{recordid}                                                    A--MS- contact:unit
POST   /contacts/{recordid}                                                    A--MS- contact
GET    /import                                                                 A--M-- -
POST   /import                                                                 A--M-- -
GET    /import/{upload}                                                        A--M-- upload
POST   /import/{upload}/mapping                                                A--M-- upload
POST   /import/{upload}/run                                                    A--M-- upload
GET    /import/{upload}/not-imported                                           A--M-- upload
GET    /dashboard                                                              A--M-- -
GET    /dashboard/leads                                                        A--M-- -
GET    /agent/section/criteria                                                 ADEM-- -
POST   /agent/section/criteria                                                 A----- -
POST   /agent/criteria/profile                                                 A----- -
GET    /agent/section/email                                                    ADEM-- -
POST   /agent/section/email                                                    A----- -
POST   /agent/section/profile                                                  A----- -
GET    /agent/section/profile/image                                            ADEM-- -
POST   /agent/section/products                                                 A----- -
GET    /agent                                                                  ADEM-- -
POST   /agent                                                                  A----- -
GET    /agent/start                                                            A----- -
GET    /agent/stop                                                             A----- -
POST   /agent/start                                                            A----- -
POST   /agent/apply                                                            A----- -
POST   /agent/stop                                                             A----- -
GET    /agent/archive                                                          A----- -
POST   /agent/archive                                                          A----- -
POST   /agent/delete                                                           A----- -
GET    /agent/section/{section}                                                ADEM-- -
POST   /agent/section/{section}                                                A----- -
GET    /agent/prerequisites                                                    ADEM-- -
POST   /agent/prerequisites/1/register                                         AD---- -
POST   /agent/prerequisites/1/secret                                           AD---- -
POST   /agent/prerequisites/1/revoke                                           AD---- -
POST   /agent/prerequisites/1/certificate                                      AD---- -
POST   /agent/prerequisites/1/certificate/remove                               AD---- -
POST   /agent/prerequisites/2/user                                             A----- -
POST   /agent/prerequisites/{number:int=1}/done                                AD---- -
POST   /agent/prerequisites/{number:int=2}/done                                A----- -
POST   /agent/prerequisites/{number:int=3}/done                                A-E--- -
POST   /agent/prerequisites/{number:int=4}/done                                A----- -
POST   /agent/prerequisites/{number:int}/attest                                A----- -
POST   /agent/prerequisites/{number:int=1}/clear                               AD---- -
POST   /agent/prerequisites/{number:int=2}/clear                               A----- -
POST   /agent/prerequisites/{number:int=3}/clear                               A-E--- -
POST   /agent/prerequisites/{number:int=4}/clear                               A----- -
POST   /agent/prerequisites/check                                              ADEM-- -
POST   /agent/prerequisites/3/mailbox                                          A-E--- -
POST   /agent/prerequisites/3/graph                                            A-E--- -
GET    /agent/mailbox                                                          ADEM-- -
POST   /agent/mailbox                                                          A-E--- -
POST   /agent/mailbox/dkim                                                     A-E--- -
POST   /agent/mailbox/dkim/check                                               A-E--- -
POST   /agent/mailbox/dkim/sign                                                A-E--- -
POST   /agent/mailbox/dkim/remove                                              A-E--- -
POST   /agent/prerequisites/4/record                                           A----- -
POST   /agent/prerequisites/4/approve                                          A-E--- -
POST   /agent/prerequisites/4/test                                             A-E--- -
POST   /agent/prerequisites/1/connect                                          A----- -
POST   /agent/prerequisites/1/check-connection                                 A----- -
POST   /agent/prerequisites/1/new-secret                                       AD---- -
POST   /agent/prerequisites/1/secret-end                                       AD---- -
POST   /agent/prerequisites/1/add-certificate                                  AD---- -
GET    /agent/prerequisites/1/drop-former                                      AD---- -
POST   /agent/prerequisites/1/drop-former                                      AD---- -
GET    /agent/platform/leave                                                   A----- -
POST   /agent/platform/leave                                                   A----- -
POST   /agent/prerequisites/2/find                                             A----- -
POST   /agent/prerequisites/3/address                                          A-E--- -
POST   /agent/prerequisites/4/mailbox                                          A----- -
POST   /agent/prerequisites/4/approve-email                                    A-E--- -
POST   /agent/prerequisites/4/test-mailbox                                     A-E--- -
POST   /agent/prerequisites/people                                             A----- -
POST   /agent/administrator                                                    ADEM-- -
GET    /agent/administrator                                                    ADEM-- -
POST   /agent/administrator/continue                                           ADEM-- -
POST   /agent/administrator/cancel                                             ADEM-- -
GET    /agent/upgrade                                                          A----- -
POST   /agent/mode                                                             A----- -
GET    /agent/sending                                                          ADEM-- -
POST   /agent/sending                                                          A----- -
POST   /agent/sending/pace                                                     A-E--- -
GET    /agent/selection                                                        ADEM-- -
POST   /agent/selection                                                        A----- -
POST   /agent/selection/defaults                                               A----- -
GET    /agent/selection/suggest                                                A--M-- -
GET    /agent/selection/sellers                                                ADEM-- -
GET    /agent/selection/sellers/edit                                           A----- -
POST   /agent/selection/sellers                                                A----- -
POST   /agent/selection/sellers/delete                                         A----- -
GET    /agent/knowledge                                                        A--M-- -
POST   /agent/knowledge                                                        A----- -
POST   /agent/knowledge/refresh                                                A----- -
POST   /agent/knowledge/competitors                                            A----- -
POST   /agent/knowledge/search-fields                                          A----- -
POST   /agent/knowledge/remove                                                 A----- -
GET    /agent/simulation                                                       ADEM-- -
POST   /agent/simulation                                                       A----- -
POST   /agent/simulation/continue                                              A----- -
GET    /agent/simulation/{draftid}                                             ADEM-- simulation
POST   /agent/simulation/{draftid}/approve                                     A----- simulation
POST   /agent/simulation/{draftid}/feedback                                    A----- simulation
POST   /agent/knowledge/test                                                   A----- -
GET    /agent/knowledge/test/{trialid}                                         A--M-- trial
GET    /agent/backtest                                                         ADEM-- -
POST   /agent/backtest                                                         A----- -
GET    /agent/backtest/{backtestid}                                            ADEM-- backtest
GET    /agent/backtest/{backtestid}/flips.csv                                  ADEM-- backtest
POST   /agent/backtest/{backtestid}/continue                                   A----- backtest
POST   /agent/backtest/{backtestid}/stop                                       A----- backtest
GET    /agent/file                                                             ADEM-- -
GET    /agent/file/download                                                    ADEM-- -
POST   /agent/file                                                             A----- -
POST   /agent/file/take                                                        A----- -
GET    /agent/versions                                                         ADEM-- -
POST   /agent/versions/{number}/restore                                        A----- -
GET    /agent/apply                                                            A----- -
GET    /usage                                                                  A----- -
POST   /usage                                                                  A----- -
GET    /notifications                                                          ADEMSN -
POST   /notifications/read                                                     ADEMSN -
POST   /notifications/choices                                                  ADEMSN -
GET    /people/teams                                                           A--M-- -
POST   /people/teams                                                           A----- -
POST   /people/teams/{teamid}                                                  A----- team
POST   /people/teams/{teamid}/name                                             A----- team
POST   /people/teams/{teamid}/delete                                           A----- team
GET    /people/units                                                           A--M-- -
POST   /people/units                                                           A----- -
POST   /people/units/{businessunitid}                                          A----- unit
POST   /people/units/{businessunitid}/delete                                   A----- unit
GET    /people/sign-in                                                         A----- -
GET    /people/sign-in/new                                                     A----- -
GET    /people/sign-in/{providerid}                                            A----- provider
POST   /people/sign-in/{providerid}                                            A----- provider
POST   /people/sign-in/{providerid}/delete                                     A----- provider
GET    /people                                                                 A--M-- -
POST   /people                                                                 A----- -
GET    /people/{systemuserid}                                                  A--M-- user
POST   /people/{systemuserid}                                                  A----- user
POST   /people/{systemuserid}/roles                                            A----- user
POST   /people/{systemuserid}/away                                             A----- user
POST   /people/{systemuserid}/link                                             A----- user
POST   /people/{systemuserid}/password                                         A----- user
POST   /people/{systemuserid}/sessions/end                                     A----- user
POST   /people/{systemuserid}/sessions/end-all                                 A----- user
POST   /people/{systemuserid}/app/remove                                       A----- user
POST   /people/{systemuserid}/disconnect                                       A----- user
POST   /people/{systemuserid}/state                                            A----- user
GET    /account                                                                ADEMSN -
POST   /account/timezone                                                       ADEMSN -
POST   /account/away                                                           ADEMSN -
POST   /account/sessions/end                                                   ADEMSN -
POST   /account/sessions/end-others                                            ADEMSN -
GET    /account/app                                                            ADEMSN -
POST   /account/app                                                            ADEMSN -
POST   /account/app/confirm                                                    ADEMSN -
POST   /account/app/codes                                                      ADEMSN -
POST   /account/app/remove                                                     ADEMSN -
POST   /account/connect/{providerid}                                           ADEMSN provider
POST   /account/disconnect                                                     ADEMSN -
GET    /tokens                                                                 ADEMSN -
POST   /tokens                                                                 ADEMSN -
POST   /tokens/{tokenid}/revoke                                                ADEMSN token
GET    /audit                                                                  A----- -
GET    /audit/export.csv                                                       A----- -
GET    /system-health                                                          A----- -
GET    /approvals                                                              A--M-- -
POST   /approvals/approve                                                      A--M-- -
GET    /approvals/{outboxid}                                                   A--M-- outbox
POST   /approvals/{outboxid}/change                                            A--M-- outbox
POST   /approvals/{outboxid}/reject                                            A--M-- outbox
POST   /approvals-settings                                                     A----- -
GET    /rejections                                                             A--M-- -
GET    /rejections/{reviewid}                                                  A--M-- review
POST   /rejections/{reviewid}/judge                                            A--M-- review
POST   /rejections-settings                                                    A----- -
GET    /inbox                                                                  A--M-- -
GET    /inbox/{inboundid}                                                      A--M-- inbound
GET    /inbox/{inboundid}/source                                               A--M-- inbound
POST   /inbox/{inboundid}/link                                                 A--M-- inbound
POST   /inbox/{inboundid}/ignore                                               A--M-- inbound
POST   /inbox/{inboundid}/retry                                                A--M-- inbound
GET    /outbox                                                                 A--M-- -
POST   /outbox/{outboxid}/decide                                               A--M-- outbox
GET    /settings/mirror                                                        A----- -
POST   /settings/mirror/pause                                                  A----- -
POST   /settings/mirror/resume                                                 A----- -
POST   /settings/mirror/retry                                                  A----- -
POST   /settings/mirror/read-again                                             A----- -
POST   /settings/mirror/key                                                    A----- -
POST   /settings/mirror/agent-tables                                           A----- -
POST   /settings/mirror/wake                                                   public -
GET    /webhooks                                                               A----- -
POST   /webhooks                                                               A----- -
GET    /webhooks/{webhookid}                                                   A----- webhook
POST   /webhooks/{webhookid}                                                   A----- webhook
POST   /webhooks/{webhookid}/secret                                            A----- webhook
POST   /webhooks/{webhookid}/test                                              A----- webhook
POST   /webhooks/{webhookid}/switch                                            A----- webhook
POST   /webhooks/{webhookid}/remove                                            A----- webhook
POST   /webhooks/{webhookid}/deliveries/{deliveryid}/again                     A----- delivery
GET    /settings/mirror/writes                                                 A----- -
POST   /settings/mirror/writes/retry                                           A----- -
POST   /settings/mirror/writes/{number:int}/retry                              A----- write
POST   /settings/mirror/writes/{number:int}/drop                               A----- write
GET    /unsubscribe/{token}                                                    public link
POST   /unsubscribe/{token}                                                    public link
POST   /api/v1/token                                                           public -
GET    /api/v1/whoami                                                          ADEMSN -
GET    /api/v1/openapi.json                                                    public -
POST   /api/v1/leads/retry                                                     A--M-- -
POST   /api/v1/leads/{leadid}/disqualify                                       A--MS- lead
POST   /api/v1/leads/{leadid}/reopen                                           A--MS- lead
PUT    /api/v1/leads/{leadid}/email                                            A--MS- lead
GET    /api/v1/leads/{leadid}/thread/{emailid}/original                        A--MS- email
GET    /api/v1/leads                                                           A--MS- -
POST   /api/v1/leads                                                           A--MS- -
POST   /api/v1/leads/import                                                    A--M-- -
GET    /api/v1/leads/{leadid}                                                  A--MS- lead
PATCH  /api/v1/leads/{leadid}                                                  A--MS- lead
GET    /api/v1/leads/{leadid}/research                                         A--MS- lead
PUT    /api/v1/leads/{leadid}/draft                                            A--MS- lead
POST   /api/v1/leads/{leadid}/reassign                                         A--M-- lead
POST   /api/v1/leads/{leadid}/return                                           A--MS- lead
POST   /api/v1/leads/{leadid}/qualify                                          A--MS- lead
POST   /api/v1/leads/{leadid}/email                                            A--MS- lead
POST   /api/v1/leads/{leadid}/retry                                            A--MS- lead
DELETE /api/v1/leads/{leadid}                                                  A----- lead
GET    /api/v1/leads/{leadid}/account/candidates                               A--MS- lead
PUT    /api/v1/leads/{leadid}/account                                          A--MS- lead
GET    /api/v1/leads/{leadid}/contact/candidates                               A--MS- lead
PUT    /api/v1/leads/{leadid}/contact                                          A--MS- lead
PUT    /api/v1/leads/{leadid}/mails/{emailid}                                  A--MS- email
DELETE /api/v1/leads/{leadid}/mails/{emailid}                                  A--MS- email
GET    /api/v1/leads/{leadid}/thread                                           A--MS- lead
POST   /api/v1/leads/{leadid}/conversation/{decision=send}                     A--MS- lead
POST   /api/v1/leads/{leadid}/conversation/{decision=their-answer}             A--MS- lead
POST   /api/v1/leads/{leadid}/conversation/{decision=go-on}                    A--MS- lead
POST   /api/v1/leads/{leadid}/conversation/{decision=stop}                     A--MS- lead
POST   /api/v1/leads/{leadid}/conversation/{decision=pause}                    A--MS- lead
POST   /api/v1/leads/{leadid}/conversation/{decision=do-not-write}             A--MS- lead
POST   /api/v1/leads/{leadid}/conversation/{decision=referral}                 A--MS- lead
POST   /api/v1/leads/{leadid}/conversation/{decision=take-over}                A--M-- lead
GET    /api/v1/accounts                                                        A--MS- -
POST   /api/v1/accounts                                                        A--MS- -
GET    /api/v1/accounts/{recordid}                                             A--MS- account:unit
PATCH  /api/v1/accounts/{recordid}                                             A--MS- account
GET    /api/v1/contacts                                                        A--MS- -
POST   /api/v1/contacts                                                        A--MS- -
GET    /api/v1/contacts/{recordid}                                             A--MS- contact:unit
PATCH  /api/v1/contacts/{recordid}                                             A--MS- contact
POST   /api/v1/agent/prerequisites/1/application                               AD---- -
POST   /api/v1/agent/prerequisites/2/user                                      A----- -
POST   /api/v1/agent/prerequisites/check                                       ADEM-- -
POST   /api/v1/agent/prerequisites/{number}/attest                             A----- -
POST   /api/v1/agent/prerequisites/{number=1}/clear                            AD---- -
POST   /api/v1/agent/prerequisites/{number=2}/clear                            A----- -
POST   /api/v1/agent/prerequisites/{number=3}/clear                            A-E--- -
POST   /api/v1/agent/prerequisites/{number=4}/clear                            A----- -
GET    /api/v1/agent/knowledge                                                 A--M-- -
POST   /api/v1/agent/knowledge                                                 A----- -
POST   /api/v1/agent/knowledge/files                                           A----- -
POST   /api/v1/agent/knowledge/{sourceid}/refresh                              A----- source
DELETE /api/v1/agent/knowledge/{sourceid}                                      A----- source
GET    /api/v1/agent/knowledge/passages                                        A--M-- -
POST   /api/v1/agent/knowledge/tests                                           A----- -
GET    /api/v1/agent/knowledge/tests/{trialid}                                 A--M-- trial
PUT    /api/v1/agent/products/price-list                                       A----- -
GET    /api/v1/agent/file                                                      ADEM-- -
POST   /api/v1/agent/file/plan                                                 ADEM-- -
POST   /api/v1/agent/file/draft                                                A----- -
POST   /api/v1/agent/file/apply                                                A----- -
GET    /api/v1/agent/versions                                                  ADEM-- -
GET    /api/v1/agent/versions/difference                                       ADEM-- -
POST   /api/v1/agent/versions/{number}/restore                                 A----- -
GET    /api/v1/agent/backtests                                                 ADEM-- -
POST   /api/v1/agent/backtests/estimate                                        A----- -
POST   /api/v1/agent/backtests                                                 A----- -
GET    /api/v1/agent/backtests/{backtestid}                                    ADEM-- backtest
POST   /api/v1/agent/backtests/{backtestid}/continue                           A----- backtest
POST   /api/v1/agent/backtests/{backtestid}/stop                               A----- backtest
GET    /api/v1/agent                                                           ADEM-- -
POST   /api/v1/agent                                                           A----- -
POST   /api/v1/agent/mode                                                      A----- -
PATCH  /api/v1/agent/{section}                                                 A----- -
GET    /api/v1/agent/simulation                                                ADEM-- -
POST   /api/v1/agent/simulation                                                A----- -
POST   /api/v1/agent/simulation/continue                                       A----- -
POST   /api/v1/agent/simulation/{draftid}/approve                              A----- simulation
POST   /api/v1/agent/simulation/{draftid}/feedback                             A----- simulation
GET    /api/v1/agent/prerequisites                                             ADEM-- -
POST   /api/v1/agent/prerequisites/{number=1}/done                             AD---- -
POST   /api/v1/agent/prerequisites/{number=2}/done                             A----- -
POST   /api/v1/agent/prerequisites/{number=3}/done                             A-E--- -
POST   /api/v1/agent/prerequisites/{number=4}/done                             A----- -
GET    /api/v1/agent/prerequisites/1/secrets                                   AD---- -
POST   /api/v1/agent/prerequisites/1/secrets                                   AD---- -
DELETE /api/v1/agent/prerequisites/1/secrets/{keyid}                           AD---- application
POST   /api/v1/agent/start                                                     A----- -
POST   /api/v1/agent/apply                                                     A----- -
POST   /api/v1/agent/stop                                                      A----- -
POST   /api/v1/agent/archive                                                   A----- -
DELETE /api/v1/agent                                                           A----- -
GET    /api/v1/agent/selection/preview                                         A--M-- -
GET    /api/v1/agent/selection/why/{leadid}                                    A--M-- lead
GET    /api/v1/agent/criteria/columns                                          ADEM-- -
POST   /api/v1/agent/criteria/generate                                         A----- -
POST   /api/v1/agent/selection/preview                                         A--M-- -
POST   /api/v1/agent/email/preview                                             A--M-- -
GET    /api/v1/agent/lookups/{table}                                           A--M-- -
GET    /api/v1/agent/selection/sellers                                         A--M-- -
PUT    /api/v1/agent/selection/sellers/{name:path}                             A----- -
DELETE /api/v1/agent/selection/sellers/{name:path}                             A----- -
PUT    /api/v1/agent/prerequisites/3/mailbox                                   A-E--- -
PUT    /api/v1/agent/prerequisites/4/record                                    A----- -
POST   /api/v1/agent/prerequisites/4/approve                                   A-E--- -
POST   /api/v1/agent/prerequisites/4/test                                      A-E--- -
GET    /api/v1/agent/dynamics365                                               AD---- -
PUT    /api/v1/agent/dynamics365/connection                                    A----- -
DELETE /api/v1/agent/dynamics365/connection                                    A----- -
POST   /api/v1/agent/dynamics365/connection/check                              A----- -
POST   /api/v1/agent/dynamics365/connection/secret                             AD---- -
PUT    /api/v1/agent/dynamics365/connection/secret-end                         AD---- -
POST   /api/v1/agent/dynamics365/connection/certificate                        AD---- -
DELETE /api/v1/agent/dynamics365/connection/former                             AD---- -
POST   /api/v1/agent/dynamics365/user                                          A----- -
PUT    /api/v1/agent/dynamics365/shared-mailbox                                A-E--- -
GET    /api/v1/agent/dynamics365/mailboxes                                     ADEM-- -
PUT    /api/v1/agent/dynamics365/mailbox                                       A----- -
GET    /api/v1/agent/dynamics365/mailbox                                       ADEM-- -
POST   /api/v1/agent/dynamics365/mailbox/approve                               A-E--- -
POST   /api/v1/agent/dynamics365/mailbox/test                                  A-E--- -
POST   /api/v1/agent/dynamics365/administrator                                 ADEM-- -
POST   /api/v1/agent/dynamics365/administrator/continue                        ADEM-- -
POST   /api/v1/agent/dynamics365/people                                        A----- -
PATCH  /api/v1/agent/mailbox/pace                                              A-E--- -
POST   /api/v1/mail/notifications/{mailboxid}                                  public -
GET    /api/v1/agent/mailbox/kind                                              ADEM-- -
PUT    /api/v1/agent/mailbox/kind                                              A-E--- -
GET    /api/v1/agent/mailbox/records                                           ADEM-- -
GET    /api/v1/agent/mailbox/dkim                                              ADEM-- -
PUT    /api/v1/agent/mailbox/dkim                                              A-E--- -
DELETE /api/v1/agent/mailbox/dkim                                              A-E--- -
POST   /api/v1/agent/mailbox/dkim/check                                        A-E--- -
POST   /api/v1/agent/mailbox/dkim/sign                                         A-E--- -
GET    /api/v1/agent/prerequisites/1/certificates                              AD---- -
POST   /api/v1/agent/prerequisites/1/certificates                              AD---- -
DELETE /api/v1/agent/prerequisites/1/certificates/{keyid}                      AD---- application
GET    /api/v1/senders                                                         A--MS- -
GET    /api/v1/approvals                                                       A--M-- -
POST   /api/v1/approvals                                                       A--M-- -
POST   /api/v1/approvals/{outboxid}/decision                                   A--M-- outbox
GET    /api/v1/oversight                                                       ADEM-- -
PUT    /api/v1/oversight                                                       A----- -
GET    /api/v1/rejections                                                      A--M-- -
GET    /api/v1/rejections/rate                                                 A--M-- -
GET    /api/v1/rejections/judged                                               A--M-- -
GET    /api/v1/rejections/{reviewid}                                           A--M-- review
PUT    /api/v1/rejections/{reviewid}                                           A--M-- review
GET    /api/v1/disqualified                                                    A--M-- -
POST   /api/v1/disqualified/reassign                                           A--M-- -
GET    /api/v1/health                                                          A----- -
GET    /api/v1/dashboard                                                       A--M-- -
GET    /api/v1/dashboard/leads                                                 A--M-- -
GET    /api/v1/account                                                         ADEMSN -
PUT    /api/v1/account/timezone                                                ADEMSN -
PUT    /api/v1/account/away                                                    ADEMSN -
GET    /api/v1/people                                                          A--MS- -
POST   /api/v1/people                                                          A----- -
PUT    /api/v1/people/{systemuserid}                                           A----- user
PUT    /api/v1/people/{systemuserid}/roles                                     A----- user
PUT    /api/v1/people/{systemuserid}/away                                      A----- user
PUT    /api/v1/people/{systemuserid}/state                                     A----- user
PUT    /api/v1/people/{systemuserid}/password                                  A----- user
POST   /api/v1/people/{systemuserid}/link                                      A----- user
GET    /api/v1/people/{systemuserid}/sign-in                                   A----- user
DELETE /api/v1/people/{systemuserid}/sessions                                  A----- user
DELETE /api/v1/people/{systemuserid}/sessions/{session}                        A----- user
DELETE /api/v1/people/{systemuserid}/app                                       A----- user
POST   /api/v1/people/{systemuserid}/disconnect                                A----- user
GET    /api/v1/teams                                                           A--MS- -
POST   /api/v1/teams                                                           A----- -
PUT    /api/v1/teams/{teamid}                                                  A----- team
DELETE /api/v1/teams/{teamid}                                                  A----- team
PUT    /api/v1/teams/{teamid}/members                                          A----- team
POST   /api/v1/invitations                                                     A----- -
GET    /api/v1/sign-in-providers                                               A----- -
POST   /api/v1/sign-in-providers                                               A----- -
PUT    /api/v1/sign-in-providers/{providerid}                                  A----- provider
DELETE /api/v1/sign-in-providers/{providerid}                                  A----- provider
GET    /api/v1/business-units                                                  A--MS- -
POST   /api/v1/business-units                                                  A----- -
PUT    /api/v1/business-units/{businessunitid}                                 A----- unit
DELETE /api/v1/business-units/{businessunitid}                                 A----- unit
GET    /api/v1/mailboxes                                                       A--M-- -
GET    /api/v1/outbox                                                          A--M-- -
GET    /api/v1/outbox/held                                                     A--M-- -
POST   /api/v1/outbox/{outboxid}/decision                                      A--M-- outbox
GET    /api/v1/inbox                                                           A--M-- -
GET    /api/v1/inbox/{inboundid}/source                                        A--M-- inbound
POST   /api/v1/inbox/{inboundid}/decision                                      A--M-- inbound
POST   /api/v1/directory/signing-key                                           A----- -
GET    /api/v1/tokens                                                          ADEMSN -
DELETE /api/v1/tokens/{tokenid}                                                ADEMSN token
GET    /api/v1/mirror                                                          A----- -
PUT    /api/v1/mirror/state                                                    A----- -
POST   /api/v1/mirror/retry                                                    A----- -
POST   /api/v1/mirror/read-again                                               A----- -
POST   /api/v1/mirror/key                                                      A----- -
PUT    /api/v1/mirror/agent-tables                                             A----- -
GET    /api/v1/webhooks                                                        A----- -
POST   /api/v1/webhooks                                                        A----- -
PUT    /api/v1/webhooks/{webhookid}                                            A----- webhook
DELETE /api/v1/webhooks/{webhookid}                                            A----- webhook
PUT    /api/v1/webhooks/{webhookid}/state                                      A----- webhook
POST   /api/v1/webhooks/{webhookid}/secret                                     A----- webhook
POST   /api/v1/webhooks/{webhookid}/test                                       A----- webhook
GET    /api/v1/webhooks/{webhookid}/deliveries                                 A----- webhook
POST   /api/v1/webhooks/{webhookid}/deliveries/{deliveryid}/again              A----- delivery
GET    /api/v1/mirror/writes                                                   A----- -
POST   /api/v1/mirror/writes/retry                                             A----- -
POST   /api/v1/mirror/writes/{number}/retry                                    A----- write
POST   /api/v1/mirror/writes/{number}/drop                                     A----- write
GET    /api/v1/usage                                                           A----- -
PUT    /api/v1/usage/limits                                                    A----- -
GET    /api/v1/notifications                                                   ADEMSN -
POST   /api/v1/notifications/read                                              ADEMSN -
POST   /api/v1/notifications/{notificationid}/read                             ADEMSN notification
GET    /api/v1/notifications/choices                                           ADEMSN -
PUT    /api/v1/notifications/choices                                           ADEMSN -
GET    /api/v1/audit                                                           A----- -
GET    /api/v1/audit/chain                                                     A----- -
GET    /api/v1/audit/export.csv                                                A----- -
POST   /{tenant}/oauth2/v2.0/token                                             public -
POST   /{tenant}/oauth2/v2.0/revoke                                            public -
GET    /{tenant}/oauth2/v2.0/authorize                                         public -
GET    /.well-known/oauth-authorization-server/{tenant}/v2.0                   public -
GET    /{tenant}/v2.0/.well-known/openid-configuration                         public -
GET    /.well-known/oauth-authorization-server                                 public -
GET    /.well-known/openid-configuration                                       public -
GET    /{tenant}/discovery/v2.0/keys                                           public -
POST   /mcp                                                                    public -
GET    /.well-known/oauth-protected-resource/mcp                               public -
"""
