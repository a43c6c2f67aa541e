"""The words the made-up company is made of. None of them is a real person's or firm's."""

FIRST = (
    "Ada", "Amir", "Anouk", "Bela", "Bruno", "Carla", "Chen", "Dara", "Diego", "Edda", "Elif", "Emil", "Farah", "Finn",
    "Gita", "Hugo", "Ines", "Ivan", "Jana", "Jonas", "Kaya", "Kofi", "Lena", "Liam", "Mara", "Mateo", "Mina", "Nadia",
    "Noah", "Oda", "Omar", "Paula", "Pavel", "Rosa", "Rune", "Sana", "Silas", "Tara", "Theo", "Uma", "Vera", "Viktor",
    "Wanda", "Yara", "Yusuf", "Zoe",
)  # fmt: skip
LAST = (
    "Abel", "Arslan", "Baker", "Berg", "Costa", "Cruz", "Dahl", "Diaz", "Ekdal", "Farouk", "Fischer", "Garcia", "Gomez",
    "Hansen", "Haas", "Ibarra", "Ito", "Jansen", "Kaplan", "Khan", "Kovac", "Lange", "Lopez", "Marin", "Meyer",
    "Moreau", "Novak", "Okafor", "Olsen", "Park", "Petrov", "Quist", "Reyes", "Rossi", "Sato", "Silva", "Stein",
    "Tanaka", "Ude", "Vance", "Weber", "Wolf", "Yilmaz", "Zeller",
)  # fmt: skip
FIRM = (
    "Alder", "Basalt", "Cobalt", "Delta", "Ember", "Fjord", "Granite", "Harbor", "Indigo", "Juniper", "Krill", "Lumen",
    "Maple", "Nimbus", "Onyx", "Prairie", "Quartz", "Raven", "Sable", "Tundra", "Umber", "Violet", "Willow", "Xylem",
    "Yarrow", "Zephyr",
)  # fmt: skip
TRADE = ("Foods", "Freight", "Health", "Labs", "Logistics", "Metals", "Energy", "Studios", "Systems", "Textiles")
INDUSTRIES = ("food", "transport", "healthcare", "research", "manufacturing", "energy", "media", "software", "retail")
COUNTRIES = ("Germany", "France", "Spain", "Poland", "Sweden", "Netherlands", "Italy", "Portugal", "Ireland")
TICKET_LINES = (
    "Invoice shows the wrong address", "Sync stops after an hour", "How do I add a colleague?", "Export is empty",
    "Password reset mail never comes", "Report counts twice", "Please cancel one licence", "Screen stays white",
    "Question about the contract", "Order arrived damaged",
)  # fmt: skip
MAIL_LINES = (
    "Our meeting on Thursday", "Offer as discussed", "Re: your question", "Next steps", "Thank you for the call",
    "Contract draft", "Short follow-up", "Availability next week", "Price list", "Delivery date",
)  # fmt: skip
CALL_LINES = (
    "Asked for a reference customer.", "Budget is decided next month.", "Wants a second offer.", "Very happy so far.",
    "Needs the security questionnaire.", "Will talk to the board.", "Competitor is cheaper.", "Asked for a demo.",
)  # fmt: skip
