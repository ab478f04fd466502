"""Words that database columns are named with, in several languages: data for `naming`.

`FOREIGN` turns a word of another language into the English words the rules are written in. Words that mean
something else in English names (`via`, `land`, `ad`, `rue` in a table of regrets) are left out unless the other
meaning is rare in schemas. `KNOWN` are the words that names without separators are cut into (`firstname`).
"""

from __future__ import annotations

from collections.abc import Mapping


def word_set(text: str) -> frozenset[str]:
    """The words of a text as a set: lists of words read better as text than as code."""
    return frozenset(text.split())


FOREIGN: Mapping[str, str] = {
    # names
    "vorname": "first name", "prenom": "first name", "voornaam": "first name", "fornamn": "first name",
    "fornavn": "first name", "imie": "first name", "etunimi": "first name", "primernombre": "first name",
    "jmeno": "first name", "keresztnev": "first name", "prenume": "first name",
    "nachname": "last name", "familienname": "last name", "achternaam": "last name", "efternamn": "last name",
    "etternavn": "last name", "efternavn": "last name", "apellido": "last name", "apellidos": "last name",
    "cognome": "last name", "sobrenome": "last name", "apelido": "last name", "nazwisko": "last name",
    "sukunimi": "last name", "prijmeni": "last name", "soyad": "last name", "soyadi": "last name",
    "surname": "last name", "lname": "last name", "fname": "first name", "forename": "first name",
    "mname": "middle name", "nom": "name", "nombre": "name", "nome": "name", "naam": "name", "navn": "name",
    "namn": "name", "benutzername": "username", "pseudo": "nick name", "anrede": "salutation",
    "givenname": "first name", "familyname": "last name", "names": "name", "nick": "nick name",
    # contact
    "correo": "email", "courriel": "email", "mail": "email", "mails": "email", "emails": "email",
    "emailadresse": "email address", "sahkoposti": "email", "epost": "email", "eposta": "email",
    "telefono": "phone", "telefon": "phone", "telefone": "phone", "telefoon": "phone", "puhelin": "phone",
    "telephone": "phone", "tel": "phone", "telefonnummer": "phone number", "rufnummer": "phone number",
    "mobil": "mobile", "handy": "mobile", "movil": "mobile", "celular": "mobile", "cellulare": "mobile",
    "cell": "mobile", "cellphone": "mobile phone", "portable": "portable", "msisdn": "phone number",
    "phones": "phone", "mobiles": "mobile", "whatsapp": "phone", "faxnummer": "fax",
    # places
    "adresse": "address", "anschrift": "address", "direccion": "address", "indirizzo": "address",
    "endereco": "address", "adres": "address", "addr": "address", "addresses": "address", "adress": "address",
    "strasse": "street", "calle": "street", "straat": "street", "ulica": "street", "gata": "street",
    "hausnummer": "house number", "huisnummer": "house number", "streets": "street",
    "plz": "postal code", "postleitzahl": "postal code", "postcode": "postal code", "zip": "postal code",
    "zipcode": "postal code", "postnummer": "postal code", "cep": "postal code", "codepostal": "postal code",
    "codigopostal": "postal code", "pincode": "postal code", "postalcode": "postal code", "eircode": "postal code",
    "ort": "city", "wohnort": "city", "stadt": "city", "ville": "city", "ciudad": "city", "citta": "city",
    "cidade": "city", "plaats": "city", "woonplaats": "city", "miasto": "city", "town": "city",
    "suburb": "city", "municipality": "city", "localidad": "city",
    "pays": "country", "pais": "country", "paese": "country", "kraj": "country", "countries": "country",
    "bundesland": "state", "provincia": "state", "province": "state", "prefecture": "state", "county": "state",
    "lat": "latitude", "lng": "longitude", "lon": "longitude", "breitengrad": "latitude",
    "laengengrad": "longitude", "tz": "timezone",
    # the person
    "geburtsdatum": "birth date", "geburtstag": "birth date", "naissance": "birth", "nacimiento": "birth",
    "nascita": "birth", "nascimento": "birth", "geboortedatum": "birth date", "dob": "birth date",
    "birthday": "birth date", "birthdate": "birth date", "bday": "birth date", "birthdt": "birth date",
    "dateofbirth": "birth date", "fodselsdato": "birth date", "fodelsedatum": "birth date",
    "born": "birth date", "birthyear": "birth year", "urodzenia": "birth", "datum": "date", "fecha": "date",
    "geschlecht": "gender", "sexo": "gender", "sexe": "gender", "sesso": "gender", "geslacht": "gender",
    "genero": "gender", "sex": "gender", "pronouns": "gender", "pronoun": "gender",
    "edad": "age", "familienstand": "marital status",
    "beruf": "occupation", "profesion": "occupation", "profession": "occupation", "jobtitle": "job title",
    "firma": "company", "entreprise": "company", "empresa": "company", "azienda": "company",
    "societe": "company", "bedrijf": "company", "unternehmen": "company", "arbeitgeber": "employer",
    "organisation": "organization", "organisations": "organization", "organizations": "organization",
    "companies": "company", "compagnie": "company", "sprache": "language", "langue": "language",
    "idioma": "language", "lingua": "language", "taal": "language", "lang": "language",
    # secrets
    "passwort": "password", "kennwort": "password", "contrasena": "password", "motdepasse": "password",
    "wachtwoord": "password", "senha": "password", "passwd": "password", "pwd": "password", "pass": "password",
    "passphrase": "password", "tokens": "token", "apikey": "api key",
    # what people write
    "bemerkung": "note", "bemerkungen": "note", "notiz": "note", "notizen": "note", "nota": "note",
    "notas": "note", "notes": "note", "remark": "note", "remarks": "note", "anmerkung": "note",
    "kommentar": "comment", "commentaire": "comment", "comentario": "comment", "commento": "comment",
    "comments": "comment", "nachricht": "message", "mensaje": "message", "messaggio": "message",
    "mensagem": "message", "messages": "message", "beschreibung": "description", "descripcion": "description",
    "descrizione": "description", "bio": "biography", "texte": "text", "texto": "text", "testo": "text",
    # kinds of people
    "kunde": "customer", "kunden": "customer", "cliente": "customer", "clientes": "customer",
    "klant": "customer", "klanten": "customer", "klient": "customer", "clienti": "customer",
    "benutzer": "user", "nutzer": "user", "usuario": "user", "usuarios": "user", "utilisateur": "user",
    "utilisateurs": "user", "utente": "user", "utenti": "user", "gebruiker": "user", "anwender": "user",
    "mitarbeiter": "employee", "empleado": "employee", "empleados": "employee", "employe": "employee",
    "dipendente": "employee", "funcionario": "employee", "medewerker": "employee", "personal": "personal",
    "persona": "person", "personas": "person", "personne": "person", "personnes": "person", "pessoa": "person",
    "pessoas": "person", "personen": "person", "people": "person", "persons": "person", "mitglied": "member",
    "mitglieder": "member", "miembro": "member", "membre": "member", "kontakt": "contact",
    "kontakte": "contact", "contacto": "contact", "contactos": "contact", "contatto": "contact",
    "patienten": "patient", "paciente": "patient", "pacientes": "patient", "schueler": "student",
    "alumno": "student", "alumnos": "student", "estudiante": "student", "etudiant": "student",
    "lehrer": "teacher", "ansprechpartner": "contact",
    # identifiers
    "ssn": "ssn", "ipaddress": "ip address", "ipv4": "ip", "ipv6": "ip", "ips": "ip", "useragent": "user agent",
    "ua": "user agent", "img": "image", "pic": "picture", "kontonummer": "bank account", "avatars": "avatar",
    "bankverbindung": "bank account", "steuernummer": "tax number", "sozialversicherungsnummer": "ssn",
    "codicefiscale": "national id", "personnummer": "national id", "timestamp": "timestamp",
}  # fmt: skip

KNOWN: frozenset[str] = word_set("""
    account address age agent api author avatar bank billing birth birthday body business by card city code
    comment company contact content country county created customer date default delivery description device
    display email emergency employee employer family fax first full gender given hash home house id image
    invoice ip job key language last latitude lead legal level line linkedin location login longitude mail
    mailing maiden marital message middle mobile name nick note number of office organization other owner
    passport password patient person personal phone photo picture postal preferred primary profile province
    recipient region role salutation salt screen secondary security sender shipping social state status street
    student supplied surname tax telephone text time title token twitter type updated url user username
    value work zip zone zipcode street postcode normalized assistant
""") | {word for word in FOREIGN if len(word) > 3}
