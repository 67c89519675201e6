try{const e=localStorage.getItem("timelines.scheme");(e==="light"||e==="dark")&&(document.documentElement.dataset.scheme=e)}catch{}
