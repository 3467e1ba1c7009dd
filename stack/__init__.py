"""The whole system on one machine: real mongod, embedded broker, mail and SMS sinks, services, gateway and clock."""
