// Applies the theme that the person chose, before anything is drawn. The page writes the key.
const theme = localStorage.getItem("theme");
if (theme) document.documentElement.dataset.theme = theme;
