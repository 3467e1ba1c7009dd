"""The rules of authorizations: what the catalogue changes, who may be authorised, who may act."""
