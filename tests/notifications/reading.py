"""A mail as its reader's program takes it apart."""

from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

from notifications.render import Mail


def parsed(mail: Mail | bytes) -> EmailMessage:
    content = mail if isinstance(mail, bytes) else mail.content
    return BytesParser(policy=policy.default).parsebytes(content)


def part(mail: Mail, form: str) -> str:
    body = parsed(mail).get_body((form,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")
