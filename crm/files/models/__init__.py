from crm.files.models.stored import Purpose, StoredFile
from crm.files.models.use import StorageUse
from crm.files.models.variant import PictureVariant

__all__ = ["PictureVariant", "Purpose", "StorageUse", "StoredFile"]
