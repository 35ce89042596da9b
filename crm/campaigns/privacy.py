from crm.kernel.privacy.fields import clear, keep
from crm.kernel.privacy.holdings import by, nobodys, stays

stays(
    "campaigns.ListingEntry",
    by(contact="contact_id"),
    exported=[
        keep("how long a listing was, and when", "listing", "source", "created_at", "ended_at"),
        clear("ip_address"),
    ],
    withheld=[keep("ids of the row and of a pseudonym", "id", "contact")],
)
nobodys("campaigns.Listing", "a list's own name", "name")
nobodys(
    "campaigns.Campaign",
    "what is offered to many",
    "name description target_audience goals channels kpis words",
)
