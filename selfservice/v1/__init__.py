"""S2, CRM.COM Self Service (docs/apis/self-service.md)."""
