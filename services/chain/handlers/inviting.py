"""Inviting the relation: the command to notifications, with the personal link sealed for it (CH-22, NO-17)."""

from datetime import timedelta

from chassis.sealed import Sealer
from chassis.work import Work
from contracts.actor import SYSTEM
from contracts.notifications import SendInvitation
from contracts.values import end_of_day
from services.chain.domain.authorization import ChainAuthorization
from services.chain.domain.scopes import CatalogueFacts
from services.chain.invitations import Invitations

_LAST_MOMENT = timedelta(seconds=1)


class Inviting:
    """Sends invitations."""

    def __init__(self, invitations: Invitations, sealer: Sealer) -> None:
        self.invitations = invitations
        self._sealer = sealer

    def send(self, work: Work, asked: ChainAuthorization, catalogue: CatalogueFacts) -> None:
        """Invite the contact person of the relation, in the language chosen."""
        message_id = work.new_id()
        link = self._sealer.seal(
            self.invitations.link(asked.id), to="notifications", message_id=message_id, field="link"
        )
        names = [*catalogue.providers.values(), *catalogue.services.values()]
        invitation = SendInvitation(
            actor=SYSTEM, notification_id=work.new_id(), chain_authorization_id=asked.id, contact=asked.contact,
            sender=asked.sender, intermediary_name=asked.intermediary_name, relation=asked.relation,
            scope=asked.scope, service_names=tuple(name.in_(asked.language) for name in names),
            language=asked.language, answer_by=end_of_day(asked.answer_by) - _LAST_MOMENT, link=link,
        )  # fmt: skip
        work.send(invitation, id_=message_id)
