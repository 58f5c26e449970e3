"""The menu and the stores of the demo day: what is sold, what it costs, what it takes from stock."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

CATEGORIES = {
    "DISH": (1, "Mətbəx"),
    "INGREDIENT": (2, "Ərzaq"),
    "PREPARATION": (3, "Yarımfabrikatlar"),
    "TIMER": (4, "Xidmətlər"),
    "main": (5, "Маҳсулотлар"),
    "bar": (6, "Бар"),
}
"""Ids and names, by the type of a product; of goods by their storage."""
STORAGES = {"main": (3, "Main Storage"), "bar": (4, "Bar anbarı")}


@dataclass(frozen=True)
class Product:
    """One product; `recipe` makes it a dish, `opening` is what its stock held when the day began, if it has one."""

    id: int
    name: str
    cost: str = "0"
    price: int = 0
    storage: str = "main"
    opening: str = "100"
    type: str = "GOODS"
    unit: str = "dona"
    parent_id: int | None = None
    behavior: int | None = 1
    """`inventory_behavior`: 0 takes its recipe, 1 takes itself, 3 takes nothing."""
    deleted_at: str | None = None
    recipe: dict[str, str] = field(default_factory=dict)
    noisy: bool = False
    """Its balances come with the noise of binary floats."""
    net_output: str = "1"
    """How much its recipe makes."""
    updated: str = "2025-12-02 10:00:00"
    is_listed: bool = True
    """Whether the catalogue has it."""
    twice: str = ""
    """An ingredient that its recipe names in two rows, half and half."""
    is_judged: bool = True
    """Whether its lines can be compared with anything."""

    @property
    def category(self) -> tuple[int, str]:
        return CATEGORIES.get(self.type) or CATEGORIES[self.storage]

    @property
    def by_weight(self) -> bool:
        return self.unit == "kg" and self.type == "GOODS"


def dish(number: int, name: str, price: int, **recipe: str) -> Product:
    """A dish and what one portion takes from stock."""
    return Product(
        number, name, price=price, opening="", type="DISH", unit="porsiya", behavior=0, recipe=recipe
    )


def made(number: int, name: str, cost: str, opening: str, net_output: str, **recipe: str) -> Product:
    """A preparation, and what so much of it is made of."""
    return Product(
        number, name, cost, 0, "main", opening, "PREPARATION", "kg", behavior=None, recipe=recipe,
        net_output=net_output,
    )  # fmt: skip


def raw(
    number: int, name: str, cost: str, opening: str, *, unit: str = "kg", storage: str = "main"
) -> Product:
    """A raw material."""
    return Product(number, name, cost, 0, storage, opening, "INGREDIENT", unit)


def variant(number: int, parent: int, name: str, cost: str, *, price: int, opening: str) -> Product:
    """A variant of a product, kept in the bar."""
    return Product(number, name, cost, price, "bar", opening, "MODIFICATION", parent_id=parent)


MENU = {
    # the seed's two products: their openings leave 120 and 50 for 15:07:49
    "revane": Product(31042, "Апельсинли реване", "8000", 22000, opening="126"),
    "achma": Product(31046, "Ачма узум жевиз", "1500", 4000, opening="53"),
    # drinks
    "cola": Product(31101, "Coca-Cola 0,5 л", "6200", 12000, "bar", "96"),
    "borjomi": Product(31102, "Боржоми 0,5 л", "9300", 18000, "bar", "30"),
    "ayran": Product(31103, "Ayran (ev üsulu)", "3100", 9000, "bar", "3"),
    "sirab": Product(31104, "Sirab qazlı su 0,5 l", "2450.5", 7000, "bar", "48"),
    "granat": Product(31105, "Nar şirəsi 1 l", "15800", 32000, "bar", "6"),
    "fanta033": variant(31111, 31110, "Fanta 0,33 l", "5000", price=9000, opening="40"),
    "fanta1": variant(31112, 31110, "Fanta 1 l", "9800", price=17000, opening="18"),
    "tarhun": variant(31121, 31120, "Лимонад — тархун", "4700", price=11000, opening="2"),
    "dushes": variant(31122, 31120, "Лимонад — дюшес", "4700", price=11000, opening="0"),
    "jam": variant(31131, 31130, "Murabbə — əncir", "0", price=15000, opening="12"),
    "kompot": Product(
        31306, "Компот (мавсумий)", "2800", 8000, "bar", "15", deleted_at="2026-01-19 21:30:00"
    ),
    # sold by weight
    "baklava": Product(31201, "Пахлава, кг", "78000", 160000, opening="12.3", unit="kg", noisy=True),
    "shekerbura": Product(31202, "Şəkərbura (kq)", "64000", 130000, opening="8.5", unit="kg"),
    "qazi": Product(31203, "Қази (кг)", "150000", 290000, opening="6.25", unit="kg"),
    "motal": Product(31204, "Motal pendiri (kq)", "90000", 170000, opening="5.4", unit="kg"),
    "halva": Product(31205, "Холва (кг)", "56000", 110000, opening="3.2", unit="kg"),
    # bakery and small things
    "somsa": Product(31301, "Сомса гўштли", "3500", 9000, opening="80"),
    "qutab": Product(31302, "Qutab (ətli)", "2900.25", 8000, opening="70"),
    "patir": Product(31303, "Патир нон", "1200", 4000, opening="90"),
    "cheesecake": Product(31304, "Чизкейк «Нью-Йорк»", "11000", 28000, opening="16"),
    "chips": Product(31305, "Чипсы картофельные", "7400", 14000, "bar", "20"),
    "lokum": Product(31307, "Rahat-lokum", "2000", 6000, opening="40"),
    "cooler": Product(31308, "Сув (кулер)", "0", 2000, "bar", "500"),
    "lavash": Product(31309, "Lavaş", "900", 3000, opening="60"),
    "candy": Product(31310, "Печак қанд", "1333.3333", 3500, opening="45"),
    "pickles": Product(31311, "Tutma tərəvəz", "4100", 9000, opening="17"),
    "magnet": Product(31601, "Сувенир: магнит", "3000", 25000, opening="30"),
    "gum": Product(31602, "Сақич", "1100", 3000, "bar", "64"),
    "bag": Product(31603, "Пакет", "200", 500, opening="300", behavior=3),
    "wine": Product(31701, "Вино «Мадраса» 0,75 л", "28000", 60000, "bar", "14"),
    "beer": Product(31702, "Xırdalan pivəsi 0,5 l", "4000", 9000, "bar", "60"),
    "tonic": Product(31703, "Тоник 0,33 л", "5600", 11000, "bar", "24"),
    "icetea": Product(31704, "Buzlu çay 0,5 l", "3800", 9000, "bar", "36"),
    "juice": Product(31705, "Сок вишнёвый 1 л", "13000", 26000, "bar", "18"),
    "vermouth": Product(31706, "Вермут 1 л", "32000", 70000, "bar", "8"),
    "water": Product(31707, "Сув 1 л", "2600", 6000, "bar", "55"),
    "block": Product(31708, "Sirab 0,5 l (6 ədəd blok)", "2400", 26000, "bar", "90"),
    "croissant": Product(31711, "Круассан", "6400", 15000, opening="30"),
    "tandir": Product(31712, "Tandır çörəyi", "900", 2500, opening="60"),
    "toast": Product(31713, "Tost (pendirli)", "10000", 22000, opening="25"),
    "sugarstick": Product(31714, "Шакар (стик)", "150", 1000, opening="400"),
    "honey": Product(31715, "Asal (банка 0,5 кг)", "21000", 48000, opening="9"),
    "caviar": Product(31716, "Qara kürü (50 q)", "44000", 12000, opening="7"),
    "truffle": Product(31717, "Трюфель (дона)", "4500", 1500, opening="40"),
    "nok": variant(31123, 31120, "Лимонад — нок", "4700", price=11000, opening="20"),
    "feijoa": variant(31124, 31120, "Лимонад — фейхоа", "4700", price=11000, opening="22"),
    "qaymaq": Product(31401, "Qaymaq", "5200", 10000, opening="25", type="INGREDIENT"),
    "sauce": Product(31402, "Ajika sousu", "2100", 5000, opening="33", type="PREPARATION"),
    # nothing leaves stock
    "timer": Product(31501, "PlayStation 5 (1 соат)", price=30000, type="TIMER", unit="soat", behavior=3),
    "service": Product(31502, "Servis haqqı", price=5000, behavior=3),
    # dishes
    "palov": dish(32001, "Ош (палов)", 38000, rice="0.15", lamb="0.12", carrot="0.1", oil="0.03"),
    "lagman": dish(32002, "Лағмон", 34000, flour="0.12", beef="0.1", carrot="0.05"),
    "dolma": dish(32003, "Yarpaq dolması", 42000, beef="0.14", rice="0.04", leaves="0.06"),
    "shahplov": dish(32004, "Şah plov", 95000, rice="0.25", lamb="0.3", oil="0.06"),
    "cappuccino": dish(32005, "Капучино", 18000, coffee="0.018", milk="0.15"),
    "espresso": dish(32006, "Эспрессо", 12000, coffee="0.018"),
    "greentea": dish(32007, "Кўк чой (чойнак)", 8000, tea="0.006"),
    "lemontea": dish(32008, "Limonlu çay", 10000, tea="0.004", lemon="0.03"),
    "dushbara": dish(32009, "Düşbərə", 30000, flour="0.08", lamb="0.09"),
    "caesar": dish(32010, "Салат «Цезарь»", 45000, chicken="0.12", lettuce="0.09", oil="0.015"),
    "shashlik": dish(32011, "Қўй шашлик", 26000, lamb="0.2", onion="0.05"),
    "manti": dish(32012, "Манти", 28000, flour="0.1", lamb="0.15", onion="0.08"),
    "mastava": dish(32013, "Мастава", 24000, rice="0.05", beef="0.08", carrot="0.04"),
    "latte": dish(32014, "Латте", 20000, coffee="0.018", milk="0.22"),
    "omelette": dish(32015, "Pomidor çığırtması", 19000, egg="3", oil="0.02"),
    "bizlunch": replace(dish(32016, "Бизнес-ланч", 49000), is_listed=False, is_judged=False),
    "oilaviy": replace(dish(32017, "Сет «Оилавий»", 240000, platter="1"), is_judged=False),
    "norin": replace(dish(32018, "Норин", 36000), is_listed=False, is_judged=False),
    "khinkali": dish(32019, "Хинкали", 27000, dough="0.12", filling="0.08"),
    "sesamebread": dish(32020, "Küncütlü çörək", 7000, sesame="0.02", flour="0.15"),
    "bozbash": replace(
        dish(32021, "Bozbaş", 33000, beef="0.15", onion="0.03"), updated="2026-01-19 21:00:00"
    ),
    "breadmoney": dish(32022, "Çörək pulu", 2000),
    "salad": replace(
        dish(32023, "Tərəvəz salatı", 16000, lettuce="0.08", dill="0", oil="0.03", parsley="0.005"),
        twice="oil",
    ),
    "soup": replace(dish(32024, "Günün şorbası", 14000, carrot="0.1", onion="0.05"), is_listed=False),
    "sutlac": dish(32025, "Сутлач заъфаронли", 24000, saffron="0.003", sugar="0.005", milk="0.2"),
    "medovik": replace(
        dish(32026, "Медовик", 21000, flour="0.05", egg="1", cream="0.04"),
        cost="7000",
        opening="24",
        behavior=1,
    ),
    "gurza": replace(dish(32027, "Gürzə", 29000, flour="0.08", lamb="0.1"), cost="11000", opening="12"),
    "lasagna": dish(32028, "Лазанья", 36000, beef="0.12", bechamel="0.15"),
    "lula": dish(32029, "Lülə kabab", 32000, lamb="0.18", narsharab="0.03"),
    "piti": replace(dish(32030, "Piti", 31000, lamb="0.18", onion="0.04"), updated="2026-01-19 21:30:00"),
    "tableware": dish(32031, "Идиш-товоқ ижараси", 3000),
    "vitrina": replace(dish(32032, "Витрина (кўргазма)", 5000, sugar="0.1"), behavior=3),
    "dessert": replace(dish(32033, "Fıstıqlı desert", 12000, pistachio="0.4", milk="0.1"), is_listed=False),
    # made in the kitchen
    "dough": made(33101, "Xəmir (yarımfabrikat)", "7480.02", "20", "2", flour="1.2", egg="4", oil="0.08"),
    "filling": made(33102, "Qiymə (yarımfabrikat)", "67900", "10", "1", lamb="0.7", onion="0.4"),
    "platter": made(33103, "Ассорти (п/ф)", "0", "5", "1", garnish="1"),
    "garnish": made(33104, "Гарнир (п/ф)", "0", "5", "1", platter="0.5"),
    "bechamel": replace(
        made(33105, "Соус «Бешамель» (п/ф)", "18000", "6", "1", milk="0.8", flour="0.1"), behavior=1
    ),
    "narsharab": replace(
        made(33106, "Narşərab (п/ф)", "30000", "3", "1", lemon="0.5", sugar="0.4"),
        behavior=0,
        price=40000,
    ),
    # raw materials
    "rice": raw(33001, "Guruch «Lazer»", "18000", "25"),
    "lamb": raw(33002, "Қўй гўшти", "95000", "14.6"),
    "beef": raw(33003, "Говядина", "88000", "11.2"),
    "carrot": raw(33004, "Сабзи", "4000", "18"),
    "oil": raw(33005, "Пахта ёғи", "19500.5", "9", unit="l"),
    "flour": raw(33006, "Un (əla növ)", "6500", "40"),
    "onion": raw(33007, "Пиёз", "3500", "22"),
    "leaves": raw(33008, "Üzüm yarpağı", "36000", "2.4"),
    "chicken": raw(33009, "Филе куриное", "42000", "4"),
    "lettuce": raw(33010, "Салат айсберг", "30000", "3.1"),
    "cream": raw(33011, "Xama", "26000", "2"),
    "egg": raw(33012, "Тухум", "1400", "120", unit="dona"),
    "lemon": raw(33013, "Limon", "22000", "3", storage="bar"),
    "coffee": raw(33014, "Кофе в зёрнах", "240000", "2.5", storage="bar"),
    "milk": raw(33015, "Süd 3,2 %", "14000", "16", unit="l", storage="bar"),
    "tea": raw(33016, "Чой 95", "120000", "1.2", storage="bar"),
    "syrup": raw(33017, "Сироп карамельный", "64000", "1.5", unit="l", storage="bar"),
    "sesame": raw(33018, "Küncüt", "30000", "60"),
    "dill": raw(33019, "Şüyüd", "16000", "3"),
    "parsley": replace(raw(33020, "Cəfəri", "20000", "2"), deleted_at="2026-01-18 09:00:00"),
    "oatmilk": raw(33021, "Yulaf südü", "26000", "8", unit="l", storage="bar"),
    "saffron": raw(33022, "Заъфарон", "3200000", "0.25"),
    "sugar": raw(33023, "Шакар (кг)", "9000", "15"),
    "pistachio": raw(33024, "Püstə", "110000", "5"),
}

SECOND_STOCKS = {("cola", "main"): "24", ("sirab", "main"): "36"}
"""Products that a second storage holds too, with its opening balance."""

MODIFIERS = {
    "caramel": (501, "Карамел сироп", "syrup", "0.02"),
    "milk": (502, "Əlavə süd", "milk", "0.05"),
    "meat": (503, "Гўшт қўшимча", "lamb", "0.05"),
    "cream": (504, "Xama", "cream", "0.03"),
    "tea": (505, "Çay əlavə", "lemontea", "1"),
    "mild": (506, "Acısız", "", "0"),
    "no onion": (507, "Пиёзсиз", "onion", "-0.05"),
    "oat": (508, "Yulaf südü ilə", "oatmilk", "0.22"),
    "chicken": (509, "Товуқ билан", "chicken", "0.1"),
}
"""A modifier's id, its name, what one takes and how much (below 0: taken away); an ingredient, a dish or nothing."""

GROUPS = {
    601: ("Добавки к кофе", False, ("caramel", "milk"), ("cappuccino", "latte", "espresso")),
    602: ("Қўшимча", False, ("meat", "tea", "mild"), ("palov", "shashlik", "manti", "khinkali")),
    603: ("Sous", True, ("cream",), ("manti",)),
    604: ("Состав", False, ("no onion",), ("shashlik",)),
    605: ("Süd", False, ("oat",), ("latte",)),
    606: ("Гўшт", False, ("chicken",), ("lagman",)),
}
"""Of modifiers: name, whether they are adjusted to the portion, which they are, the dishes that have them."""
