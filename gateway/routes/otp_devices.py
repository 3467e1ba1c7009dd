"""OTP devices of the supplier, by the back office."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from contracts.identity import (
    AssignDevice,
    DeviceOrderStatus,
    DeviceStock,
    GetDeviceStock,
    ImportDevices,
    ListDeviceOrders,
    ListDeviceReviews,
    OrderDevice,
    ResendDevice,
    ResynchroniseDevice,
    WithdrawDeviceReview,
)
from contracts.values import Language, Localized
from gateway.dependencies import InjectedCaller, InjectedPart, message, page
from gateway.openapi import upload_body
from gateway.policy import PolicyRoute, staff_deciding, staff_reading
from gateway.schemas.accounts import (
    DeviceCodesIn,
    DeviceDecidedOut,
    DeviceFileIn,
    DeviceLetterIn,
    DeviceOrderIn,
    DeviceOrderOut,
    DeviceReviewOut,
    DevicesImportedOut,
    DeviceStockOut,
    HolderIn,
)
from gateway.schemas.base import Page
from gateway.uploads import CSV, XML, read_upload

router = APIRouter(prefix="/v1/otp-devices", route_class=PolicyRoute, tags=["otp-devices"])
Serial = Annotated[str, Path(pattern=r"^[A-Za-z0-9-]{4,40}$")]


@router.post("", status_code=201, summary="Importeer OTP devices", openapi_extra=upload_body(form=DeviceFileIn))
@staff_deciding
async def import_devices(request: Request, caller: InjectedCaller) -> DevicesImportedOut:
    """Take over the devices of a maker's file (part `file`): PSKC (RFC 6030) or CSV, each fault told by its line."""
    upload = await read_upload(request, caller, XML, CSV)
    key = upload.read(DeviceFileIn, "form", caller).transport_key
    sealed = None if key is None else caller.seal(key, "identity", "transport_key")
    command = ImportDevices(actor=caller.actor, blob=await upload.store(caller), transport_key=sealed)
    return DevicesImportedOut.of(await caller.command(command))


@router.get("", summary="Toon de voorraad OTP devices")
@staff_reading
async def get_device_stock(caller: InjectedCaller) -> DeviceStockOut:
    """Show how many devices are free and how many persons wait for one, and say when stock is needed."""
    stock = await caller.ask(GetDeviceStock(actor=caller.actor))
    return DeviceStockOut(free=stock.free, waiting=stock.waiting, message=_told(stock, caller.language))


def _told(stock: DeviceStock, language: Language) -> str:
    """Return what the back office has to do; a moment after an import some may be waiting beside free ones."""
    missing = stock.waiting - stock.free
    text = Localized(
        nl=f"Er zijn {missing} OTP devices te weinig: importeer een nieuwe levering.",
        en=f"There are {missing} OTP devices too few: import a new delivery.",
    )
    return text.in_(language) if missing > 0 else ""


@router.get("/orders", summary="Toon de bestelde OTP devices")
@staff_reading
async def list_device_orders(
    caller: InjectedCaller, part: InjectedPart,
    status: Annotated[DeviceOrderStatus, Query()] = DeviceOrderStatus.WAITING,
) -> Page[DeviceOrderOut]:  # fmt: skip
    """Show who waits for a device, or was sent one, oldest first."""
    query = ListDeviceOrders(actor=caller.actor, status=status, cursor=part.cursor, limit=part.limit)
    return page(caller, DeviceOrderOut, await caller.ask(query))


@router.post("/orders", summary="Bestel een OTP device voor een formulier")
@staff_deciding
async def order_device(body: DeviceOrderIn, caller: InjectedCaller) -> DeviceDecidedOut:
    """Order a device that was asked for by form; some levels need two employees."""
    address = caller.seal_lines(body.address, "identity", "address")
    command = message(OrderDevice, caller, credential_id=body.credential_id, address=address, agreed=body.agreed)
    return DeviceDecidedOut.of(await caller.command(command))


@router.post("/orders/{id}/letters", summary="Verstuur een OTP device opnieuw")
@staff_deciding
async def resend_device(
    id_: Annotated[UUID, Path(alias="id")], body: DeviceLetterIn, caller: InjectedCaller
) -> DeviceDecidedOut:
    """Have a device posted again whose letter could not be sent; another address takes two employees at some levels."""
    address = None if body.address is None else caller.seal_lines(body.address, "identity", "address")
    return DeviceDecidedOut.of(await caller.command(message(ResendDevice, caller, order_id=id_, address=address)))


@router.get("/reviews", summary="Toon wat een tweede medewerker moet bevestigen")
@staff_reading
async def list_device_reviews(caller: InjectedCaller, part: InjectedPart) -> Page[DeviceReviewOut]:
    """Show what one employee has asked for somebody's device and another must ask as well, oldest first."""
    query = ListDeviceReviews(actor=caller.actor, cursor=part.cursor, limit=part.limit)
    return page(caller, DeviceReviewOut, await caller.ask(query))


@router.delete("/reviews/{id}", status_code=204, summary="Trek in wat een tweede medewerker moet bevestigen")
@staff_deciding
async def withdraw_device_review(id_: Annotated[UUID, Path(alias="id")], caller: InjectedCaller) -> Response:
    """Take back what waits for a second employee; a device that was taken from the stock lies there again."""
    await caller.command(WithdrawDeviceReview(actor=caller.actor, review_id=id_))
    return Response(status_code=204)


@router.put("/{serial}/holder", summary="Koppel een OTP device aan een persoon")
@staff_deciding
async def assign_device(serial: Serial, body: HolderIn, caller: InjectedCaller) -> DeviceDecidedOut:
    """Make a device the second factor of a person, in the place of the one before; some levels need two employees."""
    command = message(AssignDevice, caller, serial=serial, person_id=body.person_id)
    return DeviceDecidedOut.of(await caller.command(command))


@router.post("/{serial}/resynchronisations", status_code=204, summary="Synchroniseer een OTP device")
@staff_deciding
async def resynchronise_device(serial: Serial, body: DeviceCodesIn, caller: InjectedCaller) -> Response:
    """Find a device again that has run away, by two codes in a row."""
    first, second = (caller.seal(getattr(body, name), "identity", name) for name in ("first", "second"))
    await caller.command(message(ResynchroniseDevice, caller, serial=serial, first=first, second=second))
    return Response(status_code=204)
