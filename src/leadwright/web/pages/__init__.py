"""One module per page. Each has a collection of routes, `pages`, that say which privilege they need."""

from leadwright.web.pages import (
    agent,
    agent_knowledge,
    agent_prerequisites,
    agent_selection,
    audit_log,
    dashboard,
    home,
    import_leads,
    lead_actions,
    lead_form,
    lead_research,
    leads,
    notifications,
    people,
    set_up,
    sign_in,
)

ALL = (
    home.pages,
    sign_in.pages,
    set_up.pages,
    leads.pages,
    lead_form.pages,
    lead_research.pages,
    lead_actions.pages,
    import_leads.pages,
    dashboard.pages,
    agent.pages,
    agent_prerequisites.pages,
    agent_selection.pages,
    agent_knowledge.pages,
    notifications.pages,
    people.pages,
    audit_log.pages,
)
