"""How are certificates of staff kept and shown? Everybody sees the own ones; leads see whose are about to end."""

from uuid import UUID

from litestar import Router, get, post
from litestar.params import FromPath, JSONBody

from backend.identity import certificate_queries as queries
from backend.identity import certificates
from backend.identity.admission import Who
from backend.identity.certificate_schemas import WARNED_DAYS, CertificateList, CertificateWish, RevokeWish
from backend.identity.permissions import Permission
from backend.kernel import clock
from backend.kernel.db import bare
from backend.kernel.web import Tx


@get("/certificates/own", opt={"permission": Permission.ACCOUNT_OWN})
async def own_certificates(tx: Tx, who: Who) -> CertificateList:
    """List one's own certificates: the mandate and the identity card are what is shown at the door."""
    found = await queries.certificates(await bare(tx), who.tenant_id, clock.now(), user_id=who.user_id)
    return CertificateList(certificates=found)


@get("/certificates/ending", opt={"permission": Permission.CERTIFICATE_READ})
async def ending_certificates(tx: Tx, who: Who) -> CertificateList:
    """List the certificates that are over or end within 30 days and have no successor (at most 500)."""
    found = await queries.certificates(await bare(tx), who.tenant_id, clock.now(), within_days=WARNED_DAYS)
    return CertificateList(certificates=found)


@get("/users/{user_id:uuid}/certificates", opt={"permission": Permission.CERTIFICATE_READ})
async def certificates_of(user_id: FromPath[UUID], tx: Tx, who: Who) -> CertificateList:
    """List the certificates of somebody, revoked ones too."""
    found = await queries.certificates(await bare(tx), who.tenant_id, clock.now(), user_id=user_id)
    return CertificateList(certificates=found)


@post("/users/{user_id:uuid}/certificates", status_code=204, opt={"permission": Permission.CERTIFICATE_KEEP})
async def keep(user_id: FromPath[UUID], data: JSONBody[CertificateWish], tx: Tx, who: Who) -> None:
    """Keep a certificate of somebody."""
    await certificates.keep_certificate(await bare(tx), who.act(clock.now()), user_id, data)


@post("/certificates/{certificate_id:uuid}/revoke", status_code=204, opt={"permission": Permission.CERTIFICATE_KEEP})
async def revoke(certificate_id: FromPath[UUID], data: JSONBody[RevokeWish], tx: Tx, who: Who) -> None:
    """Revoke a certificate, and say why."""
    await certificates.revoke_certificate(await bare(tx), who.act(clock.now()), certificate_id, data.reason)


router = Router(
    path="/",
    route_handlers=[own_certificates, ending_certificates, certificates_of, keep, revoke],
    tags=["certificates"],
)
