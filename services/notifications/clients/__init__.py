"""The outside world: templates, mail, SMS, letters and PDF documents."""
