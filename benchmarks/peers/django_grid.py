"""The peer of the leads grid: the same 50 leads with account and owner, by Django on the same file.

Served by gunicorn with one worker. It reads the database that Leadwright made; it never writes.
"""

import os

import django
from django.conf import settings

settings.configure(
    DEBUG=False,
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    SECRET_KEY="benchmark",
    DATABASES={
        "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["GRID_DATABASE"], "CONN_MAX_AGE": None}
    },
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "loaders": [("django.template.loaders.cached.Loader", ["django.template.loaders.locmem.Loader"])]
            },
        }
    ],
    USE_TZ=False,
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import models  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.template import engines  # noqa: E402
from django.urls import path  # noqa: E402

PAGE = 50
TEMPLATE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Leads</title></head><body>
<header><a href="/">Leadwright</a><nav><a href="/leads">Leads</a> <a href="/dashboard">Dashboard</a></nav></header>
<main><h1>Leads</h1><table><thead><tr><th>Name</th><th>Company</th><th>Title</th><th>Fit</th><th>Signal</th>
<th>Stage</th><th>Owner</th><th>Created</th></tr></thead><tbody>
{% for lead in leads %}<tr><td><a href="/leads/{{ lead.leadid }}">{{ lead.fullname }}</a></td>
<td>{{ lead.account.name|default:lead.companyname }}</td><td>{{ lead.jobtitle }}</td>
<td><span class="badge badge-{{ lead.lw_band|lower }}">{{ lead.lw_band|default:"" }}</span></td>
<td>{{ lead.lw_signal|default:"" }}</td><td>{{ lead.lw_stage|default:"" }}</td><td>{{ lead.owner.fullname }}</td>
<td>{{ lead.createdon|date:"Y-m-d H:i" }}</td></tr>{% endfor %}
</tbody></table></main></body></html>"""


class Account(models.Model):
    """An account."""

    accountid = models.CharField(primary_key=True, max_length=36)
    name = models.CharField(max_length=160)

    class Meta:
        managed = False
        db_table = "account"
        app_label = "grid"


class SystemUser(models.Model):
    """A user."""

    systemuserid = models.CharField(primary_key=True, max_length=36)
    fullname = models.CharField(max_length=200)

    class Meta:
        managed = False
        db_table = "systemuser"
        app_label = "grid"


class Lead(models.Model):
    """A lead, with the columns the grid shows."""

    leadid = models.CharField(primary_key=True, max_length=36)
    fullname = models.CharField(max_length=160, null=True)
    companyname = models.CharField(max_length=100, null=True)
    jobtitle = models.CharField(max_length=100, null=True)
    lw_band = models.CharField(max_length=10, null=True)
    lw_signal = models.CharField(max_length=10, null=True)
    lw_stage = models.CharField(max_length=20, null=True)
    createdon = models.DateTimeField()
    owner = models.ForeignKey(SystemUser, models.DO_NOTHING, db_column="ownerid", db_constraint=False)
    account = models.ForeignKey(Account, models.DO_NOTHING, db_column="parentaccountid", null=True)

    class Meta:
        managed = False
        db_table = "lead"
        app_label = "grid"


_template = engines["django"].from_string(TEMPLATE)


def leads(request: object) -> HttpResponse:
    """The newest 50 leads."""
    shown = Lead.objects.select_related("owner", "account").order_by("-createdon", "-leadid")[:PAGE]
    return HttpResponse(_template.render({"leads": shown}))


urlpatterns = [path("leads", leads)]
application = get_wsgi_application()
