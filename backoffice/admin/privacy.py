"""Django's own tables, which the back office brings along."""

from crm.kernel.privacy.holdings import nobodys

nobodys(
    "admin.LogEntry",
    "nothing writes it: services record events in its place (base.py)",
    "object_id object_repr change_message",
)
nobodys("auth.Permission", "rights of the pages of others", "name codename")
nobodys("auth.Group", "rights of the pages of others", "name")
nobodys("auth.Group_permissions", "rights of the pages of others")
nobodys("contenttypes.ContentType", "which tables there are", "app_label model")
nobodys("sessions.Session", "in which browsers staff have signed in", "session_key session_data")
