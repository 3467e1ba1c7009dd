"""Notifications: message box (berichtenbox), e-mail, SMS, letters and documents.

Owns deliveries, the message box and the documents that are made, in the database `<deployment>_notifications`.
Reads notifications.commands and .queries, and the events of identity (organisations, credentials), authorizations
(service providers) and chain (access, chain authorizations); writes notifications.events (DeliveryFailed,
DocumentMade). Outside it speaks SMTP, and HTTP to an SMS provider and a print house.
"""
