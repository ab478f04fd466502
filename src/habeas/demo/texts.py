"""What people write to each other, in ten languages: templates that name the writer, others and their addresses.

Placeholders: `{me}` and `{given}` the contact, `{other}` and `{email}` somebody else of the same Customer, `{staff}`
a colleague who answers, `{n}` a number. Free text that names third parties is what access copies must mask and what
the search for mentions must find.
"""

from __future__ import annotations

from random import Random

QUESTION = "question"  # a contact's message
NAMING = "naming"  # a contact's message that names somebody else
REFERRING = "referring"  # … and gives their e-mail address
ANSWER = "answer"  # a message of the staff
REMARK = "remark"  # an internal note
COMMENT = "comment"  # an answer to a survey
SUBJECT = "subject"

_TEXTS: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        QUESTION: (
            "Hello, I can't find the invoice of last month. Could you send it again? Thanks, {given}",
            "Since the update the report shows {n} rows instead of all. Is that known?",
            "We move house on the {n}th, please change my address. Regards, {me}",
            "The export stops at {n} %. I tried two browsers.\n\n{me}",
            "Could I have a call this week? I am free after {n} o'clock.",
        ),
        NAMING: (
            "Please speak with {other}, who looks after this while I am away. {me}",
            "{other} told me that the limit is {n}. Is that right?",
            "My colleague {other} was charged twice, and so was I.",
        ),
        REFERRING: (
            "Please put {other} ({email}) in copy from now on.",
            "Write to {email} instead, {other} takes over from me.",
        ),
        ANSWER: (
            "Hello {given}, thank you for waiting. It is mended now; please load the page again. {staff}",
            "Dear {me}, your request is with our team, number {n}. Best wishes, {staff}",
            "I have sent the invoice again. Is there anything else? {staff}",
        ),
        REMARK: (
            "{me} sounded unhappy on the phone; call back before Friday.",
            "Spoke with {me} and {other}: they want to renew, price is the question.",
            "{given} prefers e-mail. Knows {other} from school.",
        ),
        COMMENT: ("Friendly people, slow portal.", "{staff} was great!", "Too many e-mails. {n} in a week."),
        SUBJECT: ("Invoice missing", "Report is wrong", "Change of address", "Question about plan {n}", "Call me back"),
    },
    "de": {
        QUESTION: (
            "Guten Tag, mir fehlt die Rechnung vom letzten Monat. Können Sie sie noch einmal schicken? Grüße, {me}",
            "Seit dem Update zeigt der Bericht nur {n} Zeilen. Ist das bekannt?",
            "Wir ziehen am {n}. um, bitte ändern Sie meine Anschrift. Viele Grüße, {given}",
            "Der Export bleibt bei {n} % stehen. Zwei Browser probiert.",
        ),
        NAMING: (
            "Bitte sprechen Sie mit {other}, im Urlaub vertritt mich niemand sonst. {me}",
            "{other} sagte mir, die Grenze liege bei {n}. Stimmt das?",
        ),
        REFERRING: ("Bitte nehmen Sie künftig {other} ({email}) in Kopie.", "Schreiben Sie an {email}, danke!"),
        ANSWER: (
            "Hallo {given}, danke für die Geduld. Der Fehler ist behoben, bitte neu laden. {staff}",
            "Guten Tag {me}, Ihr Anliegen hat die Nummer {n}. Freundliche Grüße, {staff}",
        ),
        REMARK: ("{me} klang verärgert, bis Freitag zurückrufen.", "Mit {me} und {other} gesprochen: Preis ist Thema."),
        COMMENT: ("Freundlich, aber das Portal ist langsam.", "{staff} war großartig!", "Zu viele E-Mails."),
        SUBJECT: ("Rechnung fehlt", "Bericht stimmt nicht", "Neue Anschrift", "Rückruf erbeten"),
    },
    "fr": {
        QUESTION: (
            "Bonjour, je ne trouve pas la facture du mois dernier. Pouvez-vous la renvoyer ? Merci, {me}",
            "Depuis la mise à jour le rapport n'affiche que {n} lignes. Est-ce connu ?",
            "Nous déménageons le {n}, merci de changer mon adresse. {given}",
        ),
        NAMING: ("Voyez avec {other}, qui me remplace. {me}", "{other} m'a dit que la limite est de {n}."),
        REFERRING: ("Merci de mettre {other} ({email}) en copie.", "Écrivez plutôt à {email}."),
        ANSWER: (
            "Bonjour {given}, c'est réparé, merci de recharger la page. {staff}",
            "Bonjour {me}, votre demande porte le numéro {n}. Cordialement, {staff}",
        ),
        REMARK: ("{me} semblait fâché, rappeler avant vendredi.", "Appel avec {me} et {other} : reste le prix."),
        COMMENT: ("Équipe aimable, portail lent.", "{staff} a été parfait !", "Trop de courriels."),
        SUBJECT: ("Facture manquante", "Rapport faux", "Changement d'adresse", "Me rappeler"),
    },
    "es": {
        QUESTION: (
            "Hola, no encuentro la factura del mes pasado. ¿Me la pueden enviar otra vez? Gracias, {me}",
            "Desde la actualización el informe muestra solo {n} filas. ¿Lo sabían?",
            "Nos mudamos el día {n}; cambien mi dirección, por favor. {given}",
        ),
        NAMING: ("Hablen con {other}, que me sustituye. {me}", "{other} me dijo que el límite es {n}. ¿Es cierto?"),
        REFERRING: ("Pongan a {other} ({email}) en copia, por favor.", "Escriban mejor a {email}."),
        ANSWER: (
            "Hola {given}, ya está arreglado; vuelva a cargar la página. {staff}",
            "Estimado/a {me}: su caso tiene el número {n}. Un saludo, {staff}",
        ),
        REMARK: ("{me} estaba molesto; llamar antes del viernes.", "Hablé con {me} y {other}: falta el precio."),
        COMMENT: ("Gente amable, portal lento.", "¡{staff} estuvo genial!", "Demasiados correos."),
        SUBJECT: ("Falta una factura", "Informe erróneo", "Cambio de dirección", "Llámenme"),
    },
    "ar": {
        QUESTION: (
            "مرحبا، لم أجد فاتورة الشهر الماضي. هل يمكن إرسالها مرة أخرى؟ شكرا، {me}",
            "بعد التحديث يعرض التقرير {n} سطرا فقط. هل هذا معروف؟",
        ),
        NAMING: ("تحدثوا مع {other} من فضلكم في غيابي. {me}", "قال لي {other} إن الحد هو {n}."),
        REFERRING: ("أضيفوا {other} ({email}) في النسخة من فضلكم.",),
        ANSWER: ("مرحبا {given}، تم الإصلاح. {staff}", "السيد/ة {me}، رقم طلبكم {n}. تحياتنا، {staff}"),
        REMARK: ("اتصل بـ {me} قبل الجمعة.", "تحدثت مع {me} و{other} عن السعر."),
        COMMENT: ("فريق لطيف وموقع بطيء.", "{staff} ممتاز!"),
        SUBJECT: ("فاتورة مفقودة", "تقرير خاطئ", "تغيير العنوان"),
    },
    "zh": {
        QUESTION: ("您好,我找不到上个月的发票,可以再发一次吗?谢谢。{me}", "更新以后报表只显示 {n} 行,是已知问题吗?"),
        NAMING: ("我不在时请联系{other}。{me}", "{other}说上限是 {n},对吗?"),
        REFERRING: ("请把{other}({email})加入抄送。",),
        ANSWER: ("{me}您好,问题已修复,请刷新页面。{staff}", "您好,您的编号是 {n}。{staff}"),
        REMARK: ("{me}不太满意,周五前回电。", "与{me}和{other}谈过,主要是价格。"),
        COMMENT: ("服务很好,网站有点慢。", "{staff}非常专业!"),
        SUBJECT: ("发票缺失", "报表错误", "更改地址"),
    },
    "pl": {
        QUESTION: (
            "Dzień dobry, nie mogę znaleźć faktury z zeszłego miesiąca. Proszę wysłać ją ponownie. {me}",
            "Po aktualizacji raport pokazuje tylko {n} wierszy. Czy to znany błąd?",
            "Przeprowadzamy się {n}., proszę zmienić mój adres. {given}",
        ),
        NAMING: ("Proszę rozmawiać z: {other}, zastępuje mnie. {me}", "{other} mówi, że limit wynosi {n}."),
        REFERRING: ("Proszę dodać do kopii: {other} ({email}).", "Proszę pisać na {email}."),
        ANSWER: (
            "Dzień dobry, {given}, błąd naprawiony, proszę odświeżyć stronę. {staff}",
            "Szanowni Państwo, sprawa {me} ma numer {n}. {staff}",
        ),
        REMARK: ("{me}: niezadowolenie, oddzwonić do piątku.", "Rozmowa: {me} i {other}, pytanie o cenę."),
        COMMENT: ("Mili ludzie, wolny portal.", "{staff}: świetna pomoc!", "Za dużo e-maili."),
        SUBJECT: ("Brak faktury", "Błędny raport", "Zmiana adresu"),
    },
    "tr": {
        QUESTION: (
            "Merhaba, geçen ayın faturasını bulamıyorum. Tekrar gönderir misiniz? Teşekkürler, {me}",
            "Güncellemeden sonra rapor yalnızca {n} satır gösteriyor. Biliniyor mu?",
        ),
        NAMING: ("Ben yokken {other} ile konuşun lütfen. {me}", "{other} sınırın {n} olduğunu söyledi."),
        REFERRING: ("Lütfen {other} ({email}) kişisini bilgiye ekleyin.",),
        ANSWER: ("Merhaba {given}, sorun giderildi. {staff}", "Sayın {me}, talep numaranız {n}. {staff}"),
        REMARK: ("{me} memnun değildi, cumadan önce ara.", "{me} ve {other} ile konuştum, konu fiyat."),
        COMMENT: ("İnsanlar iyi, portal yavaş.", "{staff} harikaydı!"),
        SUBJECT: ("Fatura eksik", "Rapor yanlış", "Adres değişikliği"),
    },
    "vi": {
        QUESTION: (
            "Chào bạn, tôi không tìm thấy hóa đơn tháng trước. Bạn gửi lại được không? Cảm ơn, {me}",
            "Sau khi cập nhật báo cáo chỉ hiện {n} dòng. Có phải lỗi đã biết không?",
        ),
        NAMING: ("Khi tôi vắng mặt xin gặp {other}. {me}", "{other} nói giới hạn là {n}."),
        REFERRING: ("Xin thêm {other} ({email}) vào bản sao.",),
        ANSWER: ("Chào {me}, lỗi đã được sửa. {staff}", "Yêu cầu của bạn có số {n}. Trân trọng, {staff}"),
        REMARK: ("{me} không hài lòng, gọi lại trước thứ Sáu.", "Đã nói chuyện với {me} và {other} về giá."),
        COMMENT: ("Nhân viên thân thiện, trang web chậm.", "{staff} rất tốt!"),
        SUBJECT: ("Thiếu hóa đơn", "Báo cáo sai", "Đổi địa chỉ"),
    },
    "sv": {
        QUESTION: (
            "Hej, jag hittar inte förra månadens faktura. Kan ni skicka den igen? Hälsningar, {me}",
            "Efter uppdateringen visar rapporten bara {n} rader. Är det känt?",
            "Vi flyttar den {n}:e, ändra min adress tack. {given}",
        ),
        NAMING: ("Tala med {other} när jag är borta. {me}", "{other} sade att gränsen är {n}. Stämmer det?"),
        REFERRING: ("Lägg till {other} ({email}) som kopia, tack.", "Skriv till {email} i stället."),
        ANSWER: ("Hej {given}, felet är rättat, ladda om sidan. {staff}", "Hej {me}, ärendet har nummer {n}. {staff}"),
        REMARK: ("{me} lät missnöjd, ring före fredag.", "Talade med {me} och {other}: priset är frågan."),
        COMMENT: ("Trevliga människor, långsam portal.", "{staff} var toppen!", "För många mejl."),
        SUBJECT: ("Faktura saknas", "Fel i rapporten", "Ny adress"),
    },
}

PLAIN_SENTENCES = (
    "Thank you for the quick reply.",
    "The screenshot is attached.",
    "It has been like this since Monday.",
    "We need it for our books.",
    "Nobody else here has the problem.",
    "I will be in the office until four.",
)


def languages() -> tuple[str, ...]:
    """The languages with texts of their own; others write English."""
    return tuple(_TEXTS)


def write(
    rng: Random,
    kind: str,
    language: str,
    *,
    me: str = "",
    given: str = "",
    other: str = "",
    email: str = "",
    staff: str = "",
) -> str:
    """One text of a kind in a language (English where there are no texts of it)."""
    templates = _TEXTS.get(language, _TEXTS["en"])[kind]
    template = templates[int(rng.random() * len(templates))]
    n = 2 + int(rng.random() * 26)
    return template.format(me=me, given=given, other=other, email=email, staff=staff, n=n)
