"""Names, towns and streets of several languages: lists of habeas's own, so that the sample company needs no network.

A name in another script is followed by its Latin form (`عمر|Omar`), which e-mail addresses are made of.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Name:
    """A given or family name as it is written, and in plain ASCII letters."""

    written: str
    plain: str


@dataclass(frozen=True, slots=True)
class Culture:
    """Where a person may come from: language of the texts, country, names and places."""

    language: str
    country: str
    women: tuple[Name, ...]
    men: tuple[Name, ...]
    families: tuple[Name, ...]
    towns: tuple[tuple[str, str], ...]  # postal code, town
    streets: tuple[str, ...]
    time_zone: str
    family_first: bool = False

    def full_name(self, given: Name, family: Name) -> str:
        """Both names in the order and with the space that the language uses."""
        if self.language in ("zh", "ja"):
            return family.written + given.written
        if self.family_first:
            return f"{family.written} {given.written}"
        return f"{given.written} {family.written}"

    def address(self, rng: Random) -> tuple[str, str, str]:
        """A street with a number, a town and its postal code."""
        postal_code, town = rng.choice(self.towns)
        return f"{rng.choice(self.streets)} {rng.randint(1, 140)}", town, postal_code


_LETTERS = str.maketrans({"ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "ß": "ss", "ø": "o", "Ø": "O", "æ": "ae"})


def plain(text: str) -> str:
    """ASCII letters of a Latin name: `Wójcik` -> `Wojcik`."""
    decomposed = unicodedata.normalize("NFD", text.translate(_LETTERS))
    return "".join(c for c in decomposed if c.isascii() and (c.isalpha() or c == " ")).replace(" ", "")


def _names(text: str) -> tuple[Name, ...]:
    found = []
    for word in text.split():
        written, _, latin = word.replace("_", " ").partition("|")
        found.append(Name(written, plain(latin or written)))
    return tuple(found)


def _culture(
    language: str,
    country: str,
    time_zone: str,
    women: str,
    men: str,
    families: str,
    towns: str,
    streets: str,
    family_first: bool = False,
) -> Culture:
    places = tuple((code, town) for code, _, town in (place.strip().partition(" ") for place in towns.split(",")))
    roads = tuple(street.strip() for street in streets.split(","))
    return Culture(
        language, country, _names(women), _names(men), _names(families), places, roads, time_zone, family_first
    )


CULTURES: tuple[Culture, ...] = (
    _culture(
        "en", "GB", "Europe/London",
        "Alice Amelia Beth Charlotte Chloe Daisy Eleanor Emily Evie Florence Freya Grace Hannah Harriet Imogen Isla "
        "Jessica Kate Lily Lucy Maisie Martha Matilda Mia Olivia Phoebe Rosie Ruby Sophie Zara",
        "Adam Albert Alfie Archie Arthur Ben Charlie Daniel Edward Finley Freddie George Harry Henry Hugo Isaac Jack "
        "James Joseph Leo Lewis Liam Louis Max Noah Oliver Oscar Ralph Theo Toby",
        "Adams Baker Barnes Bell Bennett Brooks Carter Clarke Cooper Davies Edwards Ellis Evans Fisher Foster Green "
        "Griffiths Hall Harris Hughes Jackson James Kelly King Lewis Marshall Mason Mitchell Morgan O'Connor Parker "
        "Phillips Price Reid Roberts Shaw Taylor Turner Walker Ward",
        "BS1 4ND Bristol, LS1 3AD Leeds, M2 5DB Manchester, EH2 2BY Edinburgh, CF10 1EP Cardiff, NR1 3QG Norwich",
        "Station Road, Church Lane, Mill Street, Orchard Close, Victoria Terrace, Harbour View",
    ),
    _culture(
        "en", "US", "America/Chicago",
        "Abigail Ashley Brianna Brooke Claire Destiny Emma Faith Gabrielle Hailey Jasmine Kayla Lauren Madison Megan "
        "Morgan Natalie Nicole Paige Rachel Rebecca Savannah Sydney Taylor Victoria",
        "Aiden Austin Blake Brandon Caleb Cameron Chase Christian Dylan Ethan Gavin Hunter Ian Jordan Justin Kyle "
        "Logan Marcus Mason Nathan Owen Ryan Trevor Tyler Wyatt",
        "Anderson Bailey Bryant Coleman Collins Cruz Diaz Fleming Garcia Gibson Gonzalez Harrison Hayes Henderson "
        "Howard Jenkins Johnson Long Lopez Martinez Moore Murphy Myers Nelson Perry Powell Ramirez Reed Rivera "
        "Rogers Russell Sanders Simmons Stewart Thompson Torres Washington Watson Wood Wright",
        "62704 Springfield, 43215 Columbus, 78701 Austin, 97205 Portland, 04101 Portland, 53703 Madison",
        "Maple Avenue, Oak Street, Lake Drive, Jefferson Boulevard, Pine Court, Sunset Road",
    ),
    _culture(
        "de", "DE", "Europe/Berlin",
        "Anja Anneliese Birgit Britta Charlotte Clara Dörte Elke Emilia Frieda Greta Hannelore Heike Ida Johanna Jutta "
        "Käthe Katharina Lena Leonie Luise Maike Marlene Mathilda Nele Petra Sabine Sieglinde Ute Wiebke",
        "Anton Bernd Björn Christoph Dieter Elias Emil Florian Friedrich Georg Götz Hannes Heinrich Henning Jakob "
        "Jörg Jürgen Karl Konrad Lukas Matthias Moritz Paul Rainer Rüdiger Sebastian Sönke Tobias Ulrich Wolfgang",
        "Albrecht Arnold Bauer Becker Böhm Brandt Busch Dietrich Engel Fischer Frank Fuchs Günther Haas Hartmann "
        "Herrmann Hoffmann Huber Jäger Keller Klein Köhler Krämer Krause Krüger Lange Lehmann Ludwig Maier Möller "
        "Müller Neumann Otto Peters Pohl Richter Roth Schäfer Schmidt Schreiber Schröder Schulz Schwarz Seidel Simon "
        "Sommer Stein Vogel Voigt Wagner Weber Weiß Winkler Wolf Ziegler Zimmermann",
        "04109 Leipzig, 24103 Kiel, 28195 Bremen, 50667 Köln, 70173 Stuttgart, 99084 Erfurt",
        "Bahnhofstraße, Gartenweg, Lindenallee, Am Mühlbach, Schillerstraße, Kirchgasse",
    ),
    _culture(
        "fr", "FR", "Europe/Paris",
        "Adèle Agathe Amandine Anaïs Aurélie Bérénice Camille Cécile Céline Chloé Clémence Élise Éloïse Flavie "
        "Geneviève Hélène Inès Jeanne Juliette Léa Louise Maëlle Manon Margaux Noémie Océane Pauline Romane Solène Zoé",
        "Adrien Alexandre Antoine Aurélien Baptiste Bastien Benoît Clément Corentin Damien Étienne Fabien François "
        "Gaël Guillaume Hugo Jérôme Jules Loïc Lucas Mathieu Maxime Mickaël Nicolas Pierre Quentin Rémi Théo "
        "Tristan Yann",
        "Aubert Barbier Bernard Bertrand Blanc Bonnet Boucher Boyer Carpentier Chevalier Colin Dubois Dufour Dumont "
        "Dupont Durand Faure Fontaine Fournier Gauthier Girard Guérin Henry Lacroix Lambert Laurent Leclerc Lefèvre "
        "Lemaire Leroux Marchand Mercier Meunier Michel Moreau Morel Noël Perrin Picard Renard Rousseau "
        "Roussel Roy Vidal",
        "69002 Lyon, 33000 Bordeaux, 44000 Nantes, 59800 Lille, 67000 Strasbourg, 31000 Toulouse",
        "rue des Tilleuls, avenue de la Gare, place du Marché, chemin des Vignes, rue Victor-Hugo, quai du Port",
    ),
    _culture(
        "es", "ES", "Europe/Madrid",
        "Adriana Alba Ainhoa Alejandra Begoña Belén Carmen Claudia Concepción Cristina Elena Esperanza Inés Irene "
        "Julia Leire Lourdes Lucía Macarena María Mónica Noelia Nuria Paloma Pilar Rocío Sofía Triana Valeria Ximena",
        "Alejandro Álvaro Andrés Ángel Bruno Carlos César Diego Eduardo Enrique Fermín Gonzalo Hugo Iker Íñigo Iván "
        "Javier Joaquín Jorge José Luis Marcos Martín Mateo Óscar Pablo Raúl Rubén Santiago Víctor",
        "Aguilar Alonso Álvarez Blanco Cabrera Calvo Campos Cano Castillo Castro Delgado Díez Domínguez "
        "Fernández Flores "
        "Fuentes Gallego García Garrido Gil Gómez González Gutiérrez Herrera Ibáñez Iglesias Jiménez León Lozano Marín "
        "Márquez Medina Méndez Molina Morales Muñoz Navarro Núñez Ortega Peña Prieto Ramos Reyes Rubio Sáez Santana "
        "Serrano Suárez Vázquez Vega",
        "41001 Sevilla, 46002 Valencia, 50001 Zaragoza, 15001 A Coruña, 29005 Málaga, 48001 Bilbao",
        "calle Mayor, avenida del Mar, plaza de la Fuente, calle San Juan, paseo de los Olivos, camino Real",
    ),
    _culture(
        "ar", "AE", "Asia/Dubai",
        "آمنة|Amna أسماء|Asma إيمان|Iman بسمة|Basma جميلة|Jamila حنان|Hanan خديجة|Khadija دانة|Dana رانيا|Rania "
        "ريم|Reem زينب|Zaynab سلمى|Salma سميرة|Samira شيماء|Shaima عائشة|Aisha فاطمة|Fatima ليلى|Layla مريم|Maryam "
        "منى|Mona نادية|Nadia نور|Nour هدى|Huda هند|Hind ياسمين|Yasmin",
        "أحمد|Ahmad إبراهيم|Ibrahim أنس|Anas بلال|Bilal جمال|Jamal حسن|Hassan حسين|Hussein خالد|Khalid راشد|Rashid "
        "زياد|Ziad سالم|Salem سامي|Sami سعيد|Saeed صالح|Saleh طارق|Tariq عمر|Omar علي|Ali فيصل|Faisal كريم|Karim "
        "ماجد|Majid محمد|Mohammed محمود|Mahmoud مصطفى|Mustafa ناصر|Nasser هشام|Hisham وليد|Walid ياسر|Yasser "
        "يوسف|Youssef",
        "الأحمد|Alahmad البكري|Albakri التميمي|Altamimi الجابري|Aljabri الحداد|Alhaddad الخطيب|Alkhatib "
        "الدوسري|Aldosari الراشد|Alrashid الزهراني|Alzahrani السيد|Alsayed الشامي|Alshami الصباغ|Alsabbagh "
        "العتيبي|Alotaibi الغامدي|Alghamdi الفارسي|Alfarsi القاسم|Alqasim الكعبي|Alkaabi المنصوري|Almansoori "
        "النجار|Alnajjar الهاشمي|Alhashimi حداد|Haddad حمدان|Hamdan خوري|Khoury درويش|Darwish سليمان|Sulaiman "
        "شاهين|Shahin صبري|Sabri عباس|Abbas عيسى|Issa مراد|Murad منصور|Mansour نصار|Nassar",
        "00000 دبي, 00000 الشارقة, 11118 عمّان, 12211 الرياض, 11511 القاهرة",
        "شارع السلام, شارع الملك فيصل, شارع النخيل, طريق الميناء, شارع الزهور",
    ),
    _culture(
        "zh", "CN", "Asia/Shanghai",
        "安琪|Anqi 冰洁|Bingjie 春梅|Chunmei 丹|Dan 芳|Fang 桂英|Guiying 红|Hong 慧敏|Huimin 佳怡|Jiayi 静|Jing "
        "丽|Li 玲|Ling 美|Mei 敏|Min 娜|Na 倩|Qian 秋月|Qiuyue 若兰|Ruolan 诗涵|Shihan 婷|Ting 晓燕|Xiaoyan "
        "雪|Xue 艳|Yan 雨桐|Yutong 子涵|Zihan",
        "波|Bo 超|Chao 晨|Chen 德华|Dehua 刚|Gang 国强|Guoqiang 浩然|Haoran 海涛|Haitao 宏|Hong 建国|Jianguo "
        "杰|Jie 军|Jun 磊|Lei 明|Ming 鹏|Peng 强|Qiang 瑞|Rui 涛|Tao 伟|Wei 文博|Wenbo 晓东|Xiaodong 勇|Yong "
        "宇轩|Yuxuan 志强|Zhiqiang 子轩|Zixuan",
        "王|Wang 李|Li 张|Zhang 刘|Liu 陈|Chen 杨|Yang 黄|Huang 赵|Zhao 吴|Wu 周|Zhou 徐|Xu 孙|Sun 马|Ma 朱|Zhu "
        "胡|Hu 郭|Guo 何|He 高|Gao 林|Lin 罗|Luo 郑|Zheng 梁|Liang 谢|Xie 宋|Song 唐|Tang 许|Xu 邓|Deng 冯|Feng "
        "韩|Han 曹|Cao 曾|Zeng 彭|Peng 萧|Xiao 蔡|Cai 潘|Pan 田|Tian 董|Dong 袁|Yuan 于|Yu 余|Yu 叶|Ye 蒋|Jiang "
        "欧阳|Ouyang 司马|Sima",
        "200001 上海, 510000 广州, 610000 成都, 310000 杭州, 210000 南京",
        "中山路, 人民路, 解放大道, 建设街, 和平里, 长江路",
        family_first=True,
    ),
    _culture(
        "pl", "PL", "Europe/Warsaw",
        "Agnieszka Aleksandra Alicja Aneta Barbara Bożena Celina Danuta Dorota Elżbieta Ewa Grażyna Halina Hanna "
        "Iwona Jadwiga Joanna Justyna Kinga Łucja Magdalena Małgorzata Oliwia Patrycja Renata Stanisława Wanda Zofia",
        "Adam Andrzej Bartosz Bogdan Czesław Damian Dariusz Filip Grzegorz Henryk Jacek Jakub Jerzy Kacper Krzysztof "
        "Łukasz Maciej Marcin Mariusz Mateusz Michał Paweł Piotr Rafał Sławomir Stanisław Szymon Tomasz "
        "Wojciech Zbigniew",
        "Adamczyk Baran Błaszczyk Borkowski Chmielewski Czarnecki Dąbrowski Dudek Gajewski Głowacki Górski Grabowski "
        "Jabłoński Jankowski Jaworski Kaczmarek Kamiński Kowalczyk Kozłowski Król Kubiak Lis Maciejewski Majewski "
        "Malinowski Mazur Michalak Nowak Olszewski Ostrowski Pawlak Piątek Rutkowski Sikora Sobczak "
        "Szczepański Szewczyk "
        "Szymczak Walczak Wieczorek Wiśniewski Włodarczyk Wójcik Wróbel Zając Zalewski Ziółkowski",
        "31-001 Kraków, 50-101 Wrocław, 61-702 Poznań, 80-838 Gdańsk, 90-001 Łódź, 20-002 Lublin",
        "ul. Kwiatowa, ul. Mickiewicza, al. Niepodległości, ul. Długa, ul. Słoneczna, pl. Wolności",
    ),
    _culture(
        "tr", "TR", "Europe/Istanbul",
        "Aslı Ayşe Bahar Büşra Ceren Çiğdem Deniz Derya Ebru Ece Elif Emine Esra Fatma Gamze Gizem Gülşen Hande Havva "
        "İpek Kübra Melek Merve Nazlı Özge Pınar Selin Şule Tuğba Zeynep",
        "Ahmet Ali Barış Berk Burak Can Cem Çağlar Emre Engin Erdem Furkan Gökhan Hakan Halil Hüseyin İbrahim İsmail "
        "Kaan Kemal Mehmet Murat Mustafa Oğuz Onur Ömer Serkan Şahin Tolga Uğur Volkan Yusuf",
        "Acar Akın Aksoy Arslan Aslan Avcı Aydın Bayram Bulut Çakır Çelik Çetin Coşkun Demir Doğan Erdoğan Güler Güneş "
        "Işık Kaplan Kara Karaca Keskin Kılıç Koç Korkmaz Köse Kurt Özdemir Özer Öztürk Polat Sarı Şahin Şen Şimşek "
        "Taş Tekin Toprak Tunç Turan Ünal Yalçın Yavuz Yıldırım Yıldız Yılmaz Yüksel",
        "34710 İstanbul, 06420 Ankara, 35220 İzmir, 16010 Bursa, 07040 Antalya, 55060 Samsun",
        "Atatürk Caddesi, Gül Sokak, Çınar Sokak, İstasyon Caddesi, Barış Mahallesi, Deniz Sokak",
    ),
    _culture(
        "vi", "VN", "Asia/Ho_Chi_Minh",
        "An Bích Châu Diễm Diệp Dung Giang Hà Hạnh Hiền Hoa Hồng Hương Huyền Lan Liên Linh Loan Mai My Nga Ngân Ngọc "
        "Nhung Phương Quỳnh Thảo Thu Thủy Trang Tuyết Uyên Vân Yến",
        "Anh Bảo Bình Công Cường Đạt Đức Dũng Duy Hải Hậu Hiếu Hoàng Hùng Huy Khánh Khoa Kiên Lâm Long Minh Nam Nghĩa "
        "Nhân Phong Phúc Quang Quân Sơn Tài Thắng Thành Thịnh Toàn Trung Tuấn Tùng Việt Vinh",
        "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Đoàn Trịnh Mai Lương Tô "
        "Trương Cao "
        "Châu Hà Lâm Tạ Thái Vương Quách Kiều Nguyễn_Thị Trần_Thị Lê_Thị Phạm_Văn Nguyễn_Văn Trần_Văn",
        "700000 Thành phố Hồ Chí Minh, 100000 Hà Nội, 550000 Đà Nẵng, 900000 Cần Thơ, 530000 Huế",
        "đường Lê Lợi, đường Trần Phú, đường Nguyễn Huệ, phố Hàng Bạc, đường Hai Bà Trưng",
        family_first=True,
    ),
    _culture(
        "sv", "SE", "Europe/Stockholm",
        "Agnes Alma Annika Åsa Astrid Birgitta Ebba Elin Elsa Emelie Frida Gunilla Hedda Ida Ingrid Julia "
        "Karin Kerstin "
        "Klara Linnéa Maja Malin Märta Moa Saga Sigrid Signe Svea Tuva Ylva",
        "Albin Anders Arvid Axel Björn Elias Erik Fredrik Gösta Göran Gustav Håkan Hampus Henrik Hjalmar Isak Jesper "
        "Johan Jonas Kalle Lars Linus Magnus Måns Nils Olof Östen Per Sixten Torbjörn Viktor",
        "Andersson Åberg Åkesson Berglund Bergström Björk Blom Dahl Dahlberg Ek Eklund Engström Eriksson Falk Forsberg "
        "Fransson Gunnarsson Håkansson Hansson Hedlund Hellström Holm Holmgren Jansson Johansson Jönsson Karlsson Lind "
        "Lindberg Lindgren Lindqvist Löfgren Lundberg Lundqvist Magnusson Mårtensson Nilsson Norberg Nyström "
        "Öberg Olsson "
        "Persson Sandström Sjögren Ström Sundberg Svensson Wallin Wikström",
        "411 03 Göteborg, 211 22 Malmö, 753 20 Uppsala, 582 23 Linköping, 903 26 Umeå, 702 10 Örebro",
        "Storgatan, Björkvägen, Skolgatan, Järnvägsgatan, Ängsvägen, Kungsgatan",
    ),
    _culture(
        "ja", "JP", "Asia/Tokyo",
        "愛|Ai 明美|Akemi 恵美|Emi 花|Hana 陽菜|Hina 香織|Kaori 久美子|Kumiko 真由美|Mayumi 美咲|Misaki 奈々|Nana "
        "桜|Sakura 優子|Yuko 結衣|Yui 由美|Yumi",
        "大輔|Daisuke 健太|Kenta 誠|Makoto 直樹|Naoki 陸|Riku 翔|Sho 拓海|Takumi 武|Takeshi 浩|Hiroshi 蓮|Ren "
        "悠斗|Yuto 洋介|Yosuke",
        "佐藤|Sato 鈴木|Suzuki 高橋|Takahashi 田中|Tanaka 伊藤|Ito 渡辺|Watanabe 山本|Yamamoto 中村|Nakamura "
        "小林|Kobayashi 加藤|Kato 吉田|Yoshida 山田|Yamada 佐々木|Sasaki 松本|Matsumoto 井上|Inoue 木村|Kimura "
        "清水|Shimizu 斎藤|Saito 山口|Yamaguchi 池田|Ikeda 橋本|Hashimoto 石川|Ishikawa",
        "530-0001 大阪市, 460-0008 名古屋市, 060-0001 札幌市, 812-0011 福岡市",
        "本町, 中央通り, 桜台, 緑町",
        family_first=True,
    ),
    _culture(
        "pt", "BR", "America/Sao_Paulo",
        "Amanda Beatriz Bianca Bruna Camila Conceição Débora Eduarda Fernanda Flávia Gabriela Heloísa Isabela Júlia "
        "Larissa Letícia Luíza Mariana Natália Priscila Rafaela Sônia Tainá Thaís Vitória",
        "Anderson Antônio Bernardo Caio Cauã Davi Fábio Felipe Gustavo Heitor Henrique João Júlio Leandro Luís Márcio "
        "Matheus Murilo Otávio Rodrigo Sérgio Thiago Vinícius Wagner",
        "Almeida Alves Araújo Barbosa Batista Cardoso Carvalho Cavalcanti Correia Costa Dias Ferreira Freitas Gomes "
        "Gonçalves Lima Lopes Machado Magalhães Marques Melo Mendes Monteiro Moreira Nascimento Oliveira Pereira "
        "Pinto Ribeiro Rocha Santos Silva Souza Teixeira Vieira",
        "01310-100 São Paulo, 20040-002 Rio de Janeiro, 40020-000 Salvador, 80010-000 Curitiba",
        "rua das Flores, avenida Brasil, rua Quinze de Novembro, travessa do Porto",
    ),
    _culture(
        "hi", "IN", "Asia/Kolkata",
        "अंजलि|Anjali अनीता|Anita कविता|Kavita किरण|Kiran दीपा|Deepa नेहा|Neha पूजा|Pooja प्रिया|Priya मीरा|Meera "
        "राधा|Radha लक्ष्मी|Lakshmi शांति|Shanti सीता|Sita सुनीता|Sunita",
        "अजय|Ajay अमित|Amit अर्जुन|Arjun आनंद|Anand गोपाल|Gopal मोहन|Mohan रवि|Ravi राजेश|Rajesh राहुल|Rahul "
        "रोहन|Rohan विजय|Vijay संजय|Sanjay सुरेश|Suresh",
        "अग्रवाल|Agarwal कपूर|Kapoor कुमार|Kumar खन्ना|Khanna गुप्ता|Gupta चौधरी|Chaudhary जोशी|Joshi "
        "त्रिपाठी|Tripathi "
        "नायर|Nair पटेल|Patel पांडे|Pandey मिश्रा|Mishra मेहता|Mehta यादव|Yadav राव|Rao रेड्डी|Reddy वर्मा|Verma "
        "शर्मा|Sharma सिंह|Singh",
        "110001 नई दिल्ली, 400001 मुंबई, 560001 बेंगलुरु, 411001 पुणे",
        "गांधी मार्ग, नेहरू रोड, स्टेशन रोड, बाज़ार गली",
    ),
)  # fmt: skip
