"""Mounted at /dev/crm/ and at /v1/dev/crm/ alike. Fixed words come before ids, and ids are UUIDs (s4 §6, 1)."""

from django.urls import path

from backoffice.dev.customer_interactions import CustomerInteractionViewSet
from backoffice.dev.customers import CustomerViewSet
from backoffice.dev.feedback import FeedbackViewSet
from backoffice.dev.follow_ups import FollowUpViewSet
from backoffice.dev.health import HealthViewSet
from backoffice.dev.imports import ImportViewSet
from backoffice.dev.lead_interactions import LeadInteractionViewSet
from backoffice.dev.leads import LeadViewSet
from backoffice.dev.merges import MergeViewSet
from backoffice.dev.nurturing import NurturingViewSet
from backoffice.dev.order_papers import InvoiceViewSet, RefundViewSet
from backoffice.dev.orders import OrderViewSet
from backoffice.dev.reports import ReportViewSet
from backoffice.dev.segment_members import SegmentMemberViewSet
from backoffice.dev.segments import SegmentViewSet
from backoffice.dev.timelines import TimelineViewSet

urlpatterns = [
    path("followups/process", FollowUpViewSet.as_view({"post": "process"})),
    path("leads", LeadViewSet.as_view({"get": "list", "post": "create"})),
    path("leads/import", ImportViewSet.as_view({"post": "import_leads"})),
    path("leads/export", LeadViewSet.as_view({"get": "export"})),
    path("leads/nurture/start", NurturingViewSet.as_view({"post": "start"})),
    path("leads/<uuid:lead_id>", LeadViewSet.as_view({"get": "retrieve", "put": "update", "delete": "destroy"})),
    path("leads/<uuid:lead_id>/score", LeadViewSet.as_view({"get": "score"})),
    path("leads/<uuid:lead_id>/convert", LeadViewSet.as_view({"post": "convert"})),
    path("leads/<uuid:lead_id>/interactions", LeadInteractionViewSet.as_view({"get": "list", "post": "create"})),
    path(
        "leads/<uuid:lead_id>/interactions/<uuid:interaction_id>",
        LeadInteractionViewSet.as_view({"put": "update", "delete": "destroy"}),
    ),
    path("leads/<uuid:lead_id>/merge", MergeViewSet.as_view({"post": "merge_leads"})),
    path("leads/merges/<uuid:lead_merge_id>/unmerge", MergeViewSet.as_view({"post": "unmerge_leads"})),
    path("orders", OrderViewSet.as_view({"get": "list", "post": "create"})),
    path("orders/<uuid:order_id>", OrderViewSet.as_view({"get": "retrieve", "put": "update", "delete": "destroy"})),
    path("orders/<uuid:order_id>/refunds", RefundViewSet.as_view({"get": "list", "post": "create"})),
    path("orders/<uuid:order_id>/invoice", InvoiceViewSet.as_view({"get": "retrieve", "post": "issue"})),
    path("customers", CustomerViewSet.as_view({"get": "list", "post": "create"})),
    path("customers/import", ImportViewSet.as_view({"post": "import_customers"})),
    path("imports/<uuid:import_id>", ImportViewSet.as_view({"get": "retrieve"})),
    path("imports/<uuid:import_id>/errors", ImportViewSet.as_view({"get": "errors"})),
    path("imports/<uuid:import_id>/undo", ImportViewSet.as_view({"post": "undo"})),
    path("customers/segments", ReportViewSet.as_view({"get": "segments"})),
    path("customers/export", CustomerViewSet.as_view({"get": "export"})),
    path(
        "customers/<uuid:customer_id>/interactions",
        CustomerInteractionViewSet.as_view({"get": "list", "post": "create"}),
    ),
    path(
        "customers/<uuid:customer_id>/interactions/<uuid:customer_interaction_id>",
        CustomerInteractionViewSet.as_view({"put": "update", "delete": "destroy"}),
    ),
    path("customers/<uuid:customer_id>/timeline", TimelineViewSet.as_view({"get": "timeline"})),
    path("customers/<uuid:customer_id>/merge", MergeViewSet.as_view({"post": "merge"})),
    path("merges/<uuid:merge_id>/unmerge", MergeViewSet.as_view({"post": "unmerge"})),
    path("customers/<uuid:customer_id>/feedback/request", FeedbackViewSet.as_view({"post": "request_feedback"})),
    path("feedback/analytics", FeedbackViewSet.as_view({"get": "analytics"})),
    path("feedback/dashboard", FeedbackViewSet.as_view({"get": "dashboard"})),
    path("feedback/process-reminders", FeedbackViewSet.as_view({"post": "process"})),
    path("feedback/themes", FeedbackViewSet.as_view({"get": "themes"})),
    path("feedback/<uuid:feedback_id>", FeedbackViewSet.as_view({"post": "answer"})),
    path(
        "customers/<uuid:customer_id>",
        CustomerViewSet.as_view({"get": "retrieve", "put": "update", "delete": "destroy"}),
    ),
    path("customers/<uuid:customer_id>/health", HealthViewSet.as_view({"get": "retrieve"})),
    path("reports/leads", ReportViewSet.as_view({"get": "leads"})),
    path("reports/customers", ReportViewSet.as_view({"get": "customers"})),
    path("analytics/dashboard", ReportViewSet.as_view({"get": "overview"})),
    path("segments", SegmentViewSet.as_view({"get": "list", "post": "create"})),
    path("segments/preview", SegmentViewSet.as_view({"post": "preview"})),
    path(
        "segments/<uuid:segment_id>",
        SegmentViewSet.as_view({"get": "retrieve", "put": "update", "delete": "destroy"}),
    ),
    path("segments/<uuid:segment_id>/members", SegmentMemberViewSet.as_view({"get": "list"})),
]
