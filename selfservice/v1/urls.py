"""Mounted at /self-service/v1/. Ids are text here: a malformed one is refused like any other that is not one's own."""

from django.urls import path

from selfservice.v1.accounts import AccountViewSet, OwnAccountViewSet
from selfservice.v1.approvals import ApprovalViewSet, OwnApprovalViewSet
from selfservice.v1.codes import CodeViewSet
from selfservice.v1.communications import CommunicationViewSet, OwnCommunicationViewSet
from selfservice.v1.consents import ConsentViewSet
from selfservice.v1.contacts import ContactViewSet
from selfservice.v1.devices import DeviceViewSet
from selfservice.v1.emails import EmailViewSet
from selfservice.v1.files import AvatarViewSet, FileViewSet
from selfservice.v1.known import KnownViewSet
from selfservice.v1.listed import IndustryViewSet, RewardOfferViewSet
from selfservice.v1.own_identities import OwnIdentityViewSet
from selfservice.v1.passwords import PasswordViewSet
from selfservice.v1.payment_methods import PaymentMethodViewSet
from selfservice.v1.preferences import PreferenceViewSet
from selfservice.v1.printouts import PrintoutViewSet
from selfservice.v1.privacy import PrivacyViewSet
from selfservice.v1.registering import RegisterViewSet
from selfservice.v1.sign_in import SignInViewSet
from selfservice.v1.wifi import WifiViewSet

urlpatterns = [
    path("contacts", KnownViewSet.as_view({"get": "exists"})),
    path("contacts/register", RegisterViewSet.as_view({"post": "register"})),
    path("contacts/authenticate", SignInViewSet.as_view({"post": "authenticate"})),
    path("contacts/otp", CodeViewSet.as_view({"post": "otp"})),
    path("contacts/validate", CodeViewSet.as_view({"post": "look_up"})),
    path("contacts/validate-otp", CodeViewSet.as_view({"post": "validate"})),
    path("contacts/validate_otp", CodeViewSet.as_view({"post": "validate_second"})),
    path("contacts/refresh", SignInViewSet.as_view({"post": "refresh"})),
    path("contacts/forgot_password", PasswordViewSet.as_view({"post": "forgot"})),
    path("contacts/change_password", PasswordViewSet.as_view({"post": "change"})),
    path("contacts/request_email_verification", PasswordViewSet.as_view({"post": "resend"})),
    path("contacts/verify_email/<str:token>", PasswordViewSet.as_view({"get": "verify"})),
    path(
        "contacts/<str:contact_id>", ContactViewSet.as_view({"get": "retrieve", "put": "update", "delete": "destroy"})
    ),
    path("contacts/<str:contact_id>/sign_out", ContactViewSet.as_view({"post": "sign_out"})),
    path("contacts/<str:contact_id>/change_password", OwnIdentityViewSet.as_view({"post": "change_password"})),
    path("contacts/<str:contact_id>/credentials", OwnIdentityViewSet.as_view({"post": "add"})),
    path("contacts/<str:contact_id>/identities", OwnIdentityViewSet.as_view({"post": "add_second"})),
    path("contacts/<str:contact_id>/wifi/authorization", WifiViewSet.as_view({"post": "authorise"})),
    path("contacts/<str:contact_id>/wifi/authorize", WifiViewSet.as_view({"post": "authorise_second"})),
    path(
        "contacts/<str:contact_id>/avatar",
        AvatarViewSet.as_view({"put": "replace", "post": "bring", "delete": "destroy"}),
    ),
    path("contacts/<str:contact_id>/data_exports", PrivacyViewSet.as_view({"get": "list", "post": "ask"})),
    path("contacts/<str:contact_id>/erase", PrivacyViewSet.as_view({"post": "erase"})),
    path("contacts/<str:contact_id>/demographics", ContactViewSet.as_view({"get": "demographics"})),
    path("contacts/<str:contact_id>/consents", ConsentViewSet.as_view({"put": "decide"})),
    path(
        "contacts/<str:contact_id>/preferences",
        PreferenceViewSet.as_view({"get": "retrieve", "put": "prefer", "post": "prefer_second"}),
    ),
    path("contacts/<str:contact_id>/devices", DeviceViewSet.as_view({"get": "list", "post": "register"})),
    path("contacts/<str:contact_id>/devices/<str:serial_number>", DeviceViewSet.as_view({"delete": "remove"})),
    path("contacts/<str:contact_id>/emails", EmailViewSet.as_view({"post": "add"})),
    path("contacts/<str:contact_id>/emails/<str:email_id>", EmailViewSet.as_view({"put": "update"})),
    path("contacts/<str:contact_id>/accounts", OwnAccountViewSet.as_view({"get": "list", "post": "open"})),
    path("accounts/<str:account_id>", AccountViewSet.as_view({"get": "retrieve", "put": "update"})),
    path("contacts/<str:contact_id>/payment_methods", PaymentMethodViewSet.as_view({"get": "list", "post": "add"})),
    path(
        "contacts/<str:contact_id>/payment_methods/<str:payment_method_id>",
        PaymentMethodViewSet.as_view({"put": "update", "delete": "remove"}),
    ),
    path("contacts/<str:contact_id>/communications", OwnCommunicationViewSet.as_view({"get": "list"})),
    path("communications/<str:communication_id>", CommunicationViewSet.as_view({"get": "retrieve"})),
    path("communications/<str:communication_id>/actions", CommunicationViewSet.as_view({"put": "mark"})),
    path("contacts/<str:contact_id>/approval_requests", OwnApprovalViewSet.as_view({"get": "list"})),
    path("approval_requests/accept", ApprovalViewSet.as_view({"post": "accept"})),
    path("approval_requests/reject", ApprovalViewSet.as_view({"post": "reject"})),
    path("approval_requests/accept/<str:token>", ApprovalViewSet.as_view({"get": "accept_page"})),
    path("approval_requests/reject/<str:token>", ApprovalViewSet.as_view({"get": "reject_page"})),
    path("approval_requests/accept/<str:token>/action", ApprovalViewSet.as_view({"post": "accept_by_page"})),
    path("approval_requests/reject/<str:token>/action", ApprovalViewSet.as_view({"post": "reject_by_page"})),
    path("approval_requests/<str:approval_id>/actions", ApprovalViewSet.as_view({"post": "act"})),
    path("industries", IndustryViewSet.as_view({"get": "list"})),
    path("reward_offers", RewardOfferViewSet.as_view({"get": "list"})),
    path("upload/files", FileViewSet.as_view({"post": "upload"})),
    path("printout", PrintoutViewSet.as_view({"post": "create"})),
    # As the document's example of deleting a file has it.
    path("service_requests/<str:record_id>/files/<str:file_id>", FileViewSet.as_view({"delete": "destroy_of_record"})),
    path("files/<str:file_id>", FileViewSet.as_view({"get": "retrieve", "delete": "destroy"})),
]
