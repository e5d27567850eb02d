"""L-Alert (公共情報コモンズ): its documents in EDXL-DE envelopes, read and written."""
