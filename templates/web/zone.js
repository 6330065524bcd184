// Chooses the reader's own time zone, as their browser tells it, where the form has it.
const zone = document.getElementById("zone");
const own = new Intl.DateTimeFormat().resolvedOptions().timeZone;
if ([...zone.options].some((option) => option.value === own)) zone.value = own;
