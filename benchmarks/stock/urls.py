"""A ModelViewSet over the product's table of contacts: page number, count, model serializer."""

from typing import Any, ClassVar

from django.db import models
from django.urls import path
from rest_framework import serializers
from rest_framework.viewsets import ModelViewSet


class Contact(models.Model):
    """The columns that a list shows, of the table as it is."""

    id = models.UUIDField(primary_key=True)
    organisation_id = models.UUIDField()
    mode = models.CharField(max_length=4)
    name = models.CharField(max_length=310)
    email = models.EmailField()
    phone = models.CharField(max_length=16)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager["Contact"]] = models.Manager()

    class Meta:
        app_label = "stock"
        managed = False
        db_table = "contacts_contact"

    def __str__(self) -> str:
        return self.name


class ContactSerializer(serializers.ModelSerializer[Contact]):
    class Meta:
        model = Contact
        fields = ("id", "name", "email", "phone", "created_at", "updated_at")


class ContactViewSet(ModelViewSet[Contact]):
    serializer_class = ContactSerializer

    def get_queryset(self) -> Any:
        rows = Contact.objects.filter(organisation_id=self.kwargs["organisation_id"], mode="live", deleted_at=None)
        return rows.order_by("-created_at", "-id")


urlpatterns = [path("<uuid:organisation_id>", ContactViewSet.as_view({"get": "list"}))]
