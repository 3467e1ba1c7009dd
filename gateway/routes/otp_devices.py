"""OTP devices of the supplier, by the back office."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from contracts.identity import AssignDevice, ImportDevices, ResynchroniseDevice
from gateway.dependencies import InjectedCaller, message
from gateway.openapi import upload_body
from gateway.policy import PolicyRoute, staff_deciding
from gateway.schemas.accounts import DeviceCodesIn, DeviceFileIn, DevicesImportedOut, HolderIn
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


@router.put("/{serial}/holder", status_code=204, summary="Koppel een OTP device aan een persoon")
@staff_deciding
async def assign_device(serial: Serial, body: HolderIn, caller: InjectedCaller) -> Response:
    """Make a device the second factor of a person, in the place of the one before."""
    await caller.command(message(AssignDevice, caller, serial=serial, person_id=body.person_id))
    return Response(status_code=204)


@router.post("/{serial}/resynchronisations", status_code=204, summary="Synchroniseer een OTP device")
@staff_deciding
async def resynchronise_device(serial: Serial, body: DeviceCodesIn, caller: InjectedCaller) -> Response:
    """Find a device again that has run away, by two codes in a row."""
    first, second = (caller.seal(getattr(body, name), "identity", name) for name in ("first", "second"))
    await caller.command(message(ResynchroniseDevice, caller, serial=serial, first=first, second=second))
    return Response(status_code=204)
