const DATA = JSON.parse(document.getElementById('data').textContent); window.quiescent = { members: DATA.members.map((spec) => new Member(spec)) };
