"""安否確認・職員参集: when staff are asked whether they are safe and when they come, and what their answers say."""
