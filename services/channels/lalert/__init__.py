"""L-Alert (公共情報コモンズ) as an outlet: the channel, and the SOAP call that carries a document."""
