"""Signs catalogue.xml anew after a change: `python -m stack.data.sign_catalogue`.

The key is made for one signature and thrown away. It makes the file complete under the schema; nobody should trust it.
"""

import base64
import hashlib
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID
from lxml import etree

DS = "http://www.w3.org/2000/09/xmldsig#"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
CATALOGUE = Path(__file__).with_name("catalogue.xml")

_SIGNATURE = f"""<ds:Signature xmlns:ds="{DS}">
  <ds:SignedInfo>
    <ds:CanonicalizationMethod Algorithm="{EXCLUSIVE}"/>
    <ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>
    <ds:Reference URI="#{{id}}">
      <ds:Transforms>
        <ds:Transform Algorithm="{DS}enveloped-signature"/>
        <ds:Transform Algorithm="{EXCLUSIVE}"/>
      </ds:Transforms>
      <ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>
      <ds:DigestValue/>
    </ds:Reference>
  </ds:SignedInfo>
  <ds:SignatureValue/>
  <ds:KeyInfo><ds:X509Data><ds:X509Certificate/></ds:X509Data></ds:KeyInfo>
</ds:Signature>"""


def sign(data: bytes, now: datetime) -> bytes:
    """Give the catalogue with a fresh enveloped signature (exclusive c14n, rsa-sha256) in the place of an older one."""
    root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
    for older in root.findall(f"{{{DS}}}Signature"):
        root.remove(older)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    signature = etree.fromstring(_SIGNATURE.format(id=root.get("ID")))
    signature.tail = "\n  "
    root.insert(0, signature)
    _fill(signature, "X509Certificate", _certificate(key, now))
    _fill(signature, "DigestValue", _digest(root))
    root = etree.fromstring(etree.tostring(root))
    _fill(root, "SignatureValue", _signed(root, key))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8") + b"\n"


def _digest(root: etree._Element) -> bytes:
    """Hash the document without its signature, as the two transforms prescribe."""
    copy = etree.fromstring(etree.tostring(root))
    signature = copy.find(f"{{{DS}}}Signature")
    assert signature is not None
    copy.text = (copy.text or "") + (signature.tail or "")
    copy.remove(signature)
    return hashlib.sha256(etree.tostring(copy, method="c14n", exclusive=True, with_comments=False)).digest()


def _signed(root: etree._Element, key: rsa.RSAPrivateKey) -> bytes:
    signed_info = root.find(f"{{{DS}}}Signature/{{{DS}}}SignedInfo")
    assert signed_info is not None
    octets = etree.tostring(signed_info, method="c14n", exclusive=True, with_comments=False)
    return key.sign(octets, padding.PKCS1v15(), hashes.SHA256())


def _certificate(key: rsa.RSAPrivateKey, now: datetime) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Fictive catalogue signer")])
    draft = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    draft = draft.serial_number(x509.random_serial_number())
    draft = draft.not_valid_before(now).not_valid_after(now + timedelta(days=3650))
    return draft.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def _fill(element: etree._Element, name: str, value: bytes) -> None:
    found = element.find(f".//{{{DS}}}{name}")
    assert found is not None
    found.text = base64.b64encode(value).decode()


def main() -> None:
    """Sign the catalogue beside this module, in place."""
    CATALOGUE.write_bytes(sign(CATALOGUE.read_bytes(), datetime.now(UTC)))
    sys.stdout.write(f"signed {CATALOGUE.name}\n")


if __name__ == "__main__":
    main()
