"""L-Alert documents of our own making, in the order of the format's envelope."""

from __future__ import annotations

BODIES = "http://xml.publiccommons.ne.jp/pcxml1/body"
DOCUMENT = "74ee219a-970d-417f-a9ab-a9ff1d3fe316"
ORDER = """
<ev:EvacuationOrder xmlns:ev="http://xml.publiccommons.ne.jp/pcxml1/body/evacuation3">
 <eb:Disaster><eb:DisasterName>大雨</eb:DisasterName></eb:Disaster>
 <ev:ComplementaryInfo>足元に注意</ev:ComplementaryInfo>
 <ev:Detail><ev:Sort>緊急安全確保</ev:Sort><ev:IssueOrLift>発令</ev:IssueOrLift>
  <ev:Object><ev:Households>120</ev:Households><ev:HeadCount>310</ev:HeadCount></ev:Object>
  <ev:Areas><ev:Area><eb:Location><de:circle>39.60,141.16,0</de:circle><c:areaName>乙部</c:areaName>
   <c:jisX0402>033219</c:jisX0402><c:ooAzaTyouTyouMokuCode>033210001001</c:ooAzaTyouTyouMokuCode></eb:Location>
   <ev:DateTime>2026-08-10T03:10:00+09:00</ev:DateTime><ev:Object/></ev:Area></ev:Areas></ev:Detail>
 <ev:Detail><ev:Sort>避難指示</ev:Sort><ev:IssueOrLift>解除</ev:IssueOrLift>
  <ev:Areas><ev:Area><eb:Location><c:areaName>長岡</c:areaName></eb:Location></ev:Area></ev:Areas></ev:Detail>
</ev:EvacuationOrder>"""
SHELTER = """
<sh:Shelter xmlns:sh="http://xml.publiccommons.ne.jp/pcxml1/body/shelter3">
 <eb:Disaster><eb:DisasterName>大雨</eb:DisasterName></eb:Disaster><sh:TotalNumberOfShelter>1</sh:TotalNumberOfShelter>
 <sh:Informations><sh:Information><eb:Location><c:areaName>乙部中学校</c:areaName><sh:Address>乙部5</sh:Address>
  <eb:ContactInfo eb:contactType="phone">019-000-0000</eb:ContactInfo></eb:Location><sh:Type>避難所</sh:Type>
  <sh:Sort>開設</sh:Sort><sh:Capacity>200</sh:Capacity></sh:Information></sh:Informations></sh:Shelter>"""
DAMAGE = """
<di:DamageInformation xmlns:di="http://xml.publiccommons.ne.jp/pcxml1/body/DamageInformation3">
 <eb:Disaster><eb:DisasterName>大雨</eb:DisasterName></eb:Disaster><di:HumanDamages>
 <di:HumanDamage di:humanDamageType="負傷者_重傷" di:counterUnit="人">3</di:HumanDamage></di:HumanDamages>
 <di:HouseDamages><di:HouseDamage di:houseDamageType="床上浸水" di:counterUnit="棟">12</di:HouseDamage>
</di:HouseDamages></di:DamageInformation>"""
NOTICE = """
<gi:GeneralInformation xmlns:gi="http://xml.publiccommons.ne.jp/pcxml1/body/GeneralInformation3">
 <gi:DisasterInformationType>Alert</gi:DisasterInformationType><gi:Category>ライフライン</gi:Category>
 <gi:SubCategory>水道</gi:SubCategory><gi:Title>断水</gi:Title><gi:Description>復旧は明朝</gi:Description></gi:GeneralInformation>"""


def document(body: str = ORDER, *, suffix: str = "3", status: str = "Actual", **change: str) -> bytes:
    """A document; ``change`` replaces what stands in ``named``, or only what Head or Control say."""
    named = {
        "document_id": DOCUMENT,
        "revision": "2",
        "type": "Update",
        "category": "EvacuationOrder",
        "sent": "2026-08-10T03:12:05+09:00",
        "valid": "2026-08-11T03:10:00+09:00",
    } | change
    head_revision = change.get("head_revision", named["revision"])
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<de:EDXLDistribution xmlns:de="urn:oasis:names:tc:emergency:EDXL:DE:1.0" xmlns:c="http://xml.publiccommons.ne.jp/xml/edxl/"
 xmlns:eb="http://xml.publiccommons.ne.jp/pcxml1/elementBasis{suffix}/">
<de:distributionID>5b5417ff-d928-4169-a7c7-bfed08eff483</de:distributionID><de:senderID>hub.yahaba.test</de:senderID>
<de:dateTimeSent>{named["sent"]}</de:dateTimeSent><de:distributionStatus>{status}</de:distributionStatus>
<de:distributionType>{named["type"]}</de:distributionType>
<c:targetArea><c:areaName>矢巾町</c:areaName><c:jisX0402>033227</c:jisX0402></c:targetArea>
<c:contentObject><de:contentDescription>概要</de:contentDescription><de:xmlContent><de:embeddedXMLContent>
<Report xmlns="http://xml.publiccommons.ne.jp/pcxml1/{suffix}"
 xmlns:ib="http://xml.publiccommons.ne.jp/pcxml1/informationBasis{suffix}/">
<Control><Title>{named["category"]}</Title>
<de:distributionStatus>{change.get("control_status", status)}</de:distributionStatus>
<EditorialOffice><eb:OfficeName>総務課</eb:OfficeName><eb:OrganizationName>矢巾町</eb:OrganizationName></EditorialOffice></Control>
<ib:Head><ib:Title>矢巾町 避難情報</ib:Title><ib:ReportDateTime>2026-08-10T03:10:00+09:00</ib:ReportDateTime>
<ib:ValidDateTime>{named["valid"]}</ib:ValidDateTime><de:distributionType>{named["type"]}</de:distributionType>
<c:documentRevision>{head_revision}</c:documentRevision><c:documentID>{named["document_id"]}</c:documentID>
<ib:Headline><ib:Text>乙部に緊急安全確保</ib:Text></ib:Headline></ib:Head>{body}</Report>
</de:embeddedXMLContent></de:xmlContent><c:publishingOfficeName>総務課</c:publishingOfficeName>
<c:previousDocumentRevision>1</c:previousDocumentRevision><c:documentRevision>{named["revision"]}</c:documentRevision>
<c:documentID>{named["document_id"]}</c:documentID><c:category>{named["category"]}</c:category>
<c:urgency>Immediate</c:urgency><c:severity>Extreme</c:severity><c:certainty>Observed</c:certainty></c:contentObject>
</de:EDXLDistribution>""".encode()


def published(edxl: bytes, header: str = "") -> bytes:
    """The document as a SOAP call of the node."""
    inner = edxl.decode().partition("?>")[2]
    return (
        '<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/">'
        f'{header}<S:Body><p:publish xmlns:p="http://soap.publiccommons.ne.jp/"><p:message>{inner}</p:message></p:publish>'
        "</S:Body></S:Envelope>"
    ).encode()
