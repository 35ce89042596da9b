from collections.abc import Sequence
from uuid import UUID

from crm.files.services import Prepared, Record, put_pictures
from crm.kernel.clock import now
from crm.kernel.events import record
from crm.kernel.transactions import atomic
from crm.orders.events import ProductChanged
from crm.orders.selectors import PRODUCT, pictures_of_products
from crm.orders.services.products import locked_product


@atomic
def set_product_pictures(*, product_id: UUID, pictures: Sequence[Prepared]) -> None:
    """Make these the pictures of a product, in place of those that it has. Raises ProductNotFound, NoRoom."""
    product = locked_product(product_id)
    before = pictures_of_products(product_id).count()
    put_pictures(of=Record(PRODUCT, product_id), pictures=pictures)
    product.updated_at = now()
    product.save(update_fields=["updated_at"])
    if before or pictures:
        record(ProductChanged(product_id=product_id), changes={"pictures": (before, len(pictures))})
