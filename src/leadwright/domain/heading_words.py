"""Headings as exports and people write them, beside the logical names and labels of `domain.attributes`.

English first, then those of Dynamics 365, Salesforce and HubSpot in German, French and Spanish. Words only, no rules.
"""

WORDS: dict[str, str] = {
    "leadid": "Lead ID, (Do Not Modify) Lead, Lead GUID, (Nicht ändern) Lead, (Ne pas modifier) Prospect, "
    "(No modificar) Cliente potencial, Lead-ID, ID du prospect, ID de cliente potencial",
    "lw_importkey": "Id, Record ID, Record ID - Contact, External ID, Contact ID, CRM ID, Datensatz-ID, Externe ID, "
    "Kontakt-ID, ID de l'enregistrement, ID externe, ID de fiche, ID de registro, ID externo",
    "subject": "Lead Topic, Lead Subject, Lead Title, Thema, Betreff, Rubrique, Sujet, Tema, Asunto",
    "fullname": "Full Name, Lead Name, Contact Name, Contact, Contact Full Name, Person, Vollständiger Name, "
    "Kontaktname, Ansprechpartner, Ansprechpartnerin, Kontakt, Nom complet, Nom du contact, Nombre completo, "
    "Nombre del contacto, Contacto",
    "firstname": "Given Name, Forename, Contact First Name, Vorname, Prénom, Nombre de pila, Primer nombre",
    "lastname": "Surname, Family Name, Contact Last Name, Nachname, Familienname, Zuname, Nom de famille, Apellido, "
    "Apellidos",
    "jobtitle": "Title, Position, Role, Job Role, Contact Title, Job, Funktion, Berufsbezeichnung, "
    "Stellenbezeichnung, Rolle, Poste, Fonction, Intitulé du poste, Titre du poste, Puesto, Cargo, Puesto de trabajo",
    "companyname": "Company, Company/Account, Account Name, Account, Organization, Organisation, Organization Name, "
    "Business Name, Associated Company, Associated Company Names, Firm, Employer, Security, Firma, Firmenname, "
    "Unternehmen, Unternehmensname, Name des Unternehmens, Name der Firma, Organisation, Société, Entreprise, "
    "Nom de l'entreprise, Nom de la société, Raison sociale, Empresa, Nombre de la empresa, Compañía, "
    "Nombre de la compañía, Razón social, Cuenta",
    "emailaddress1": "E-mail, Email Address, Primary Email, Work Email, Business Email, Mail, Contact Email, "
    "E-Mail-Adresse, Mailadresse, Mail-Adresse, Emailadresse, Adresse e-mail, Adresse email, Courriel, "
    "Adresse de courrier électronique, Courrier électronique, Adresse électronique, Correo electrónico, Correo, "
    "Dirección de correo electrónico",
    "emailaddress2": "Email 2, Secondary Email, Alternate Email, E-Mail 2, E-Mail-Adresse 2, Adresse e-mail 2, "
    "Correo electrónico 2",
    "emailaddress3": "Email 3, E-Mail-Adresse 3, Adresse e-mail 3, Correo electrónico 3",
    "telephone1": "Phone, Phone Number, Telephone, Work Phone, Main Phone, Tel, Phone 1, Telefon, Telefonnummer, "
    "Telefon (geschäftlich), Geschäftstelefon, Rufnummer, Téléphone, Numéro de téléphone, Téléphone professionnel, "
    "Téléphone (bureau), Teléfono, Número de teléfono, Teléfono del trabajo, Teléfono principal",
    "mobilephone": "Mobile, Mobile Phone Number, Cell, Cell Phone, Cell Number, Mobil, Mobiltelefon, Handy, "
    "Handynummer, Mobilnummer, Mobiltelefonnummer, Portable, Téléphone mobile, Téléphone portable, "
    "Numéro de portable, Móvil, Teléfono móvil, Celular, Número de móvil",
    "websiteurl": "Website URL, Web Site, URL, Web, Company Website, Homepage, Company Domain Name, Domain, "
    "Domain Name, Webseite, Internetseite, Internet, Website-URL, Domain-Name, Unternehmensdomain, Site web, "
    "Site internet, URL du site web, Nom de domaine, Sitio web, Página web, URL del sitio web, Nombre de dominio",
    "address1_line1": "Street, Street Address, Address, Address Line 1, Address 1, Mailing Street, Straße, Strasse, "
    "Straße und Hausnummer, Adresse, Anschrift, Straße 1, Rue, Adresse 1, Adresse postale, Rue 1, Calle, Dirección, "
    "Dirección postal, Calle 1",
    "address1_city": "Town, Address 1: City, Mailing City, Ort, Stadt, Wohnort, Ville, Localité, Ciudad, Población, "
    "Localidad",
    "address1_stateorprovince": "State, Province, Region/State, State/Region, Address 1: State/Province, "
    "State/Province (text only), State Code, Mailing State/Province, Bundesland, Bundesland/Kanton, Kanton, "
    "Provinz, Bundesland/Region, Bundesland/Provinz, Département, Département/Région, État/Province, "
    "État/Région, Provincia, Estado o provincia, Estado/Provincia, Comunidad autónoma",
    "address1_postalcode": "ZIP, ZIP Code, Postal Code, Postcode, Address 1: ZIP/Postal Code, Zip/Postal Code, "
    "Mailing Zip/Postal Code, PLZ, Postleitzahl, Code postal, CP, Código postal, C.P.",
    "address1_country": "Country, Address 1: Country/Region, Country (text only), Country Code, Mailing Country, "
    "Land, Land/Region, Pays, Pays/Région, País, País/Región, País o región",
    "lw_industry": "Industries, Company Industry, Sector, Branch, GICS Sector, Branche, Industriezweig, "
    "Wirtschaftszweig, Secteur, Secteur d'activité, Sector, Industria, Sector de actividad",
    "numberofemployees": "Employees, Number of Employees, Employee Count, Company Size, Headcount, No of Employees, "
    "Staff, Mitarbeiter, Mitarbeiterzahl, Anzahl Mitarbeiter, Anzahl der Mitarbeiter, Mitarbeiteranzahl, "
    "Anzahl der Beschäftigten, Unternehmensgröße, Beschäftigte, Effectif, Effectifs, Nombre d'employés, "
    "Nb d'employés, Nombre de salariés, Salariés, Taille de l'entreprise, Empleados, Número de empleados, "
    "N.º de empleados, Nº de empleados, Tamaño de la empresa, Plantilla",
    "revenue": "Revenue, Revenue USD, Annual Revenue USD, Company Revenue, Yearly Revenue, Turnover, Sales USD, "
    "Umsatz, Jahresumsatz, Umsatz USD, Jährlicher Umsatz, Chiffre d'affaires, CA, CA annuel, "
    "Chiffre d'affaires annuel, Facturación, Ingresos, Ingresos anuales, Facturación anual, Volumen de negocio",
    "estimatedamount": "Est. Value, Estimated Value, Est. Revenue, Estimated Amount, Deal Amount, "
    "Estimated Revenue, Estimated Value (base), Geschätzter Wert, Geschätzter Umsatz, Valeur estimée, "
    "Montant estimé, Valor estimado, Importe estimado",
    "estimatedclosedate": "Estimated Close Date, Expected Close Date, Est. close date, Close Date, "
    "Voraussichtliches Abschlussdatum, Geschätztes Abschlussdatum, Abschlussdatum, Date de clôture, "
    "Date de clôture estimée, Fecha de cierre, Fecha de cierre estimada",
    "description": "Notes, Note, Comments, Comment, Remarks, Message, Details, Need, Beschreibung, Notizen, Notiz, "
    "Bemerkung, Bemerkungen, Anmerkungen, Kommentare, Nachricht, Remarque, Remarques, Commentaire, Commentaires, "
    "Descripción, Notas, Comentario, Comentarios, Observaciones, Mensaje",
    "leadsourcecode": "Lead Source, Source of Lead, Lead Origin, Original Source, Original Traffic Source, "
    "Leadquelle, Lead-Quelle, Quelle, Ursprüngliche Quelle, Source du prospect, Origine du prospect, "
    "Origine, Source d'origine, Origen del cliente potencial, Fuente original, Origen del candidato, "
    "Origine de la piste",
    "leadqualitycode": "Lead Rating, Temperature, Bewertung, Lead-Bewertung, Évaluation du prospect, "
    "Clasificación, Calificación",
    "statecode": "Lead State, Record Status, Statut",
    "statuscode": "Lead Status, Status Reason, Lead Status Reason, Statusgrund, Leadstatus, Lead-Status, "
    "Raison du statut, Statut du prospect, Statut de la piste, Razón para el estado, Razón del estado, "
    "Estado del cliente potencial, Estado del candidato, Estado del lead, Statut du lead",
    "donotemail": "Email Opt Out, Opted out of email, Unsubscribed, Unsubscribed from all email, Do Not Email, "
    "Has Opted Out Of Email, Keine E-Mails zulassen, E-Mail-Abmeldung, Abgemeldet, Von allen E-Mails abgemeldet, "
    "Ne pas autoriser les courriers électroniques, Désabonné, Désinscrit de tous les e-mails, "
    "No permitir correos electrónicos, Baja de correo, Dado de baja, Cancelación de suscripción a todos los correos",
    "donotbulkemail": "Do Not Bulk Email, Bulk Email Opt Out, Keine Massen-E-Mails zulassen, "
    "Ne pas autoriser les courriers électroniques en nombre, No permitir correos electrónicos en masa",
    "lw_timezone": "Timezone, TZ, Lead Time Zone, Local Time Zone, IANA Time Zone, Zeitzone, Fuseau horaire, "
    "Zona horaria, Huso horario",
    "lw_consentbasis": "Consent, Consent Basis, Legal Basis, Consent Type, Legal basis for processing contact's data, "
    "Basis of Consent, Einwilligung, Rechtsgrundlage, Art der Einwilligung, Grundlage der Einwilligung, "
    "Consentement, Base légale, Base juridique, Base du consentement, Type de consentement, Consentimiento, "
    "Base legal, Base jurídica, Tipo de consentimiento, Base del consentimiento",
    "lw_consentsource": "Consent Source, Source of Consent, Opt-in Source, Quelle der Einwilligung, "
    "Einwilligungsquelle, Opt-in-Quelle, Source du consentement, Origine du consentement, "
    "Fuente del consentimiento, Origen del consentimiento",
    "lw_consenton": "Consent Date, Date of Consent, Consent Given On, Consent On, Opt-in Date, Opt-in Timestamp, "
    "Einwilligungsdatum, Datum der Einwilligung, Einwilligung am, Opt-in-Datum, Date du consentement, "
    "Date de consentement, Fecha del consentimiento, Fecha de consentimiento",
    "decisionmaker": "Decision Maker, Is Decision Maker, Entscheidungsträger, Entscheider, Décideur, "
    "Responsable de la toma de decisiones, Decisor",
    "budgetamount": "Budget, Budget Amount (USD), Budgetbetrag, Montant du budget, Presupuesto, "
    "Importe del presupuesto",
}

CREATED = (
    "Created On, Create Date, Created Date, Date Created, Creation Date, CreatedDate, Erstellt am, Erstellungsdatum, "
    "Erstelldatum, Créé le, Date de création, Fecha de creación, Creado el, createdon"
)
# Known headings that are left out on purpose, with what to tell the person.
LEFT_OUT: dict[str, str] = {
    **dict.fromkeys(CREATED.split(", "), "Leadwright sets it itself"),
    "Modified On": "Leadwright sets it itself",
    "(Do Not Modify) Modified On": "Leadwright sets it itself",
    "Last Modified Date": "Leadwright sets it itself",
    "Last Modified": "Leadwright sets it itself",
    "(Do Not Modify) Row Checksum": "it belongs to the program that made the list",
    "Owner": "imported leads go to the person who imports them, or to --owner",
    "Lead Owner": "imported leads go to the person who imports them, or to --owner",
    "Contact owner": "imported leads go to the person who imports them, or to --owner",
    "Owner ID": "imported leads go to the person who imports them, or to --owner",
    "Row": "an earlier import wrote it",
    "Why it was not imported": "an earlier import wrote it",
    "Lifecycle Stage": "a lead has no such column; map it to a column of your own to keep it",
}
