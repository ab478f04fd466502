"""The phrases that personal columns are named with, and their categories: data for `personal_columns`.

A phrase is one to three English words that stand together in a name, in any order (`birth date`, `date birth`).
"""

from __future__ import annotations

from habeas.discovery.vocabulary import word_set


def _table(text: str) -> dict[tuple[str, ...], str]:
    """`CATEGORY: phrase, phrase` lines as phrase (its words sorted) -> category."""
    found: dict[tuple[str, ...], str] = {}
    for line in text.strip().splitlines():
        category, _, phrases = line.partition(":")
        for phrase in phrases.split(","):
            found[tuple(sorted(phrase.split()))] = category.strip()
    return found


# Personal wherever they stand.
PHRASES = _table("""
user.name.first: first name, given name
user.name.last: last name, family name
user.name: full name, middle name, nick name, real name, preferred name, maiden name, second name, full names
user.name: phonetic name, name kana, name on card, birth name, legal first name, legal last name
user.account.username: username, screen name, login name, user login
user.contact.email: email, email address, reply to email
user.contact.phone_number: phone, phone number, mobile phone, mobile number, mobile phone number, home phone
user.contact.phone_number: sms number, caller number, callee number
user.contact.fax_number: fax, fax number
user.contact.address.street: house, street, street address, address line, house number, street name
user.contact.address.street: street number
user.contact.address.postal_code: postal code
user.contact.address: address, mailing address, postal address, home address, shipping address
user.contact.address: billing address
user.demographic.date_of_birth: birth date, birth year, birth month, birth day
user.demographic.gender: gender
user.demographic.marital_status: marital status, civil status
user.demographic.race_ethnicity: ethnicity, race ethnicity, ethnic group, ethnic origin
user.demographic.religious_belief: religion, religious belief, religious affiliation
user.demographic.political_opinion: political opinion, political party, political affiliation
user.demographic.sexual_orientation: sexual orientation
user.demographic: nationality, citizenship, birth place, birth city, birth country
user.device.ip_address: ip, ip address, remote addr, remote ip, client ip, remote address
user.device: user agent, mac address, device fingerprint, browser fingerprint
user.device.device_id: imei, imsi, idfa, idfv, gaid, udid, device id, device token, push token
user.device.device_id: advertising id, fcm token, apns token
user.device.cookie_id: cookie id, visitor cookie, anonymous id
user.location.precise: latitude, longitude, gps, geo location, geo point, lat long
user.financial.bank_account: iban, bic, bank account, bank account number, bank account holder
user.financial.bank_account: routing number, sort code, account holder, swift code, bank account iban
user.financial.credit_card: card number, credit card, credit card number, ccn, card holder, cvv, cvc
user.financial.credit_card: card last4, card expiry, card exp, debit card, card fingerprint
user.financial: salary, wage, annual income, monthly income, net worth, credit score, household income
user.government_id.national_identification_number: ssn, national id, national id number, identity card
user.government_id.national_identification_number: identity card number, cpf, curp, dni, nif, nie, pesel
user.government_id.national_identification_number: aadhaar, bsn, nino, national insurance number
user.government_id.national_identification_number: social security, social security number, fiscal code
user.government_id.national_identification_number: tax id, tax number, citizen id, cedula, sin number
user.government_id.national_identification_number: tax file number, personal number, id card number
user.government_id.passport_number: passport, passport number, passport no
user.government_id.drivers_license_number: driver license, driver license number, driving license
user.government_id.drivers_license_number: license number, driver licence
user.government_id.immigration: visa number, residence permit
user.government_id.vehicle_registration: license plate, number plate, plate number, vehicle registration
user.health_and_medical: diagnosis, blood type, blood group, allergy, medication, medical history
user.health_and_medical: medical condition, disability, health condition, symptom, chief complaint
user.health_and_medical.record_id: medical record number, mrn, patient number, health card number
user.health_and_medical.insurance_beneficiary_id: insurance number, health insurance number
user.health_and_medical.insurance_beneficiary_id: insurance policy number, insurance member id
user.biometric: biometric, face embedding, faceprint, voiceprint, face encoding
user.biometric.fingerprint: thumbprint, finger print
user.criminal_history: criminal record, criminal history
""")  # fmt: skip

# Personal only beside what `needs` says: `people` (a table of people), `address` (a street or postal code beside
# it, or a table of people), `street` (such a column in any case: `state` alone is mostly a status), `related` (a
# table about people).
CONTEXT_PHRASES: dict[tuple[str, ...], tuple[str, str]] = {
    **{key: (category, "address") for key, category in _table("""
user.contact.address.city: city
user.contact.address.state: region, district
user.contact.address.country: country
user.contact.address: po box, neighborhood
""").items()},
    ("state",): ("user.contact.address.state", "street"),
    **{key: (category, "people") for key, category in _table("""
user.name: display name, initial, salutation, legal name, name prefix, name suffix, signature, suffix
user.name: prefix, alias
user.account.username: login, handle, user handle, account name
user.job_title: job title, title, occupation, position, job role, job position, designation
user.workplace: company, company name, employer, organization, organization name, workplace, business name
user.workplace: school name
user.demographic.age_range: age, age range, age group
user.demographic.language: language, locale, preferred language
user.demographic.profile: hobby, interest
user.location: timezone, time zone, location, place, iana time zone
user.location.imprecise: last location, current location
user.contact.phone_number: mobile, pager, portable
user.contact.url: profile url, profile link, website, homepage, personal url, web site, blog
user.social: twitter, facebook, linkedin, instagram, github, skype, telegram, tiktok, snapchat, mastodon
user.social: discord, youtube, xing, twitter handle, line id, social profile, linked in
user.content.self_image: avatar, photo, picture, selfie, headshot, image, portrait, profile image
user.content.self_image: profile photo, profile picture, avatar image
user.content: biography, about, about me, tagline, headline
user.financial: income, balance owed, tax exempt number
""").items()},
    **{key: (category, "related") for key, category in _table("""
user.contact.phone_number: caller, callee, mobile
user.financial: card brand, card type, exp month, exp year, last four, last4, first six, expiry month
user.financial: expiry year
user.behavior.browsing_history: referrer, referer, page url, visited url, landing page, landing url
user.behavior.search_history: search query, search term, search text
""").items()},
}  # fmt: skip

# Words that may follow a phrase without changing what the column holds.
QUALIFIERS_AFTER = word_set("""
    address number no nr value normalized canonical lower raw hash hashed encrypted ciphertext cipher enc digest
    bidx primary secondary alternate work home personal private business mobile office old new previous current
    original other main code line name extension ext text full short local national international formatted e164
    digit 1 2 3 4 5 6 7 8 9 0 de en fr es it iso iso2 iso3 two a b kana latin romanized isocode abbr abbreviation
    electronic electronico
""")
# Words that make a column a switch, a counter or a setting.
SWITCH_WORDS = word_set("""
    is has can allow allows allowed num count total enable enabled show send sends require requires required
    should hide use uses auto disable disabled with no notify max min default accept accepts skip supports
""")
SECRET_WORDS = (
    "token", "otp secret", "totp", "mfa secret", "api key", "private key", "secret", "backup code",
    "recovery code", "security answer", "security question", "password", "salt", "pin code", "two factor",
    "auth key", "session key", "credential",
)  # fmt: skip
# Roles in which people (or their names) stand in a row.
PARTY_WORDS = word_set("""
    billing shipping delivery recipient sender author owner contact payer payee holder from to attention
    emergency assistant creator customer buyer seller guest caller assignee requester reporter account_holder
    beneficiary nominee next_of_kin supplied cardholder signer spouse father mother parent guardian child
""")
# A row is one of these: `name` and `address` beside them are the thing's.
THING_WORDS = word_set("""
    product campaign item event list tag label plan template channel category project task page segment group
    workflow integration webhook setting feature form field server domain host network node contract token film
    movie book album track playlist genre artist game service file folder report dashboard role permission
    currency stage pipeline queue job key subject topic blog site stop station venue property building room
    transaction asset version release attribute metric rule policy type status inbox macro article
    canned saved sample standard automation definition
""")
FREE_TEXT = word_set("""
    body message note description comment content text answer feedback review summary transcript reply question
    reason subject agenda explanation wording detail snippet excerpt story caption html statement instruction
    response abstract testimonial
""")
# Short texts that people write too, where an edge is known to lead to a person.
HEADLINES = frozenset({"title", "subject", "headline", "filename", "agenda"})
JSON_WORDS = word_set("""
    attribute custom additional metadata meta property payload data profile preference answer field response
    content detail info param parameter change diff event extra trait raw body contact address object snapshot
""")
TIME_ENDINGS = frozenset({"at", "on", "date", "time", "timestamp", "until", "expires"})
# Whose password it is: a machine's.
MACHINE_WORDS = word_set("smtp imap pop pop3 ftp sftp db database proxy ldap redis server wifi keystore ssl mailbox")
VENDORS = word_set("""
    stripe google facebook github twitter apple microsoft slack hubspot salesforce intercom zendesk shopify
    paypal mailchimp segment braintree linkedin okta auth0 firebase external gravatar chargebee recurly
    pipedrive klaviyo sendgrid twilio azure keycloak openid oauth sso saml ldap steam discord amazon
""")
