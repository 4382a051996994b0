"""One module per page. Each has a collection of routes, `pages`, that say which privilege they need."""

from leadwright.web.pages import home, leads, notifications, set_up, sign_in

ALL = (home.pages, sign_in.pages, set_up.pages, leads.pages, notifications.pages)
