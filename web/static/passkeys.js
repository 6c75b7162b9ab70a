// Browsers show passkeys to a script alone: it asks for one and sends the answer with the form that stands in the page.
{
  const { browserSupportsWebAuthn, startAuthentication, startRegistration } = SimpleWebAuthnBrowser;

  const send = async (form) => {
    const { passkey, options, failed } = form.dataset;
    const alert = form.querySelector('[role=alert]');
    alert.hidden = true;
    try {
      const optionsJSON = JSON.parse(options);
      const answer = await (passkey === 'new' ? startRegistration({ optionsJSON }) : startAuthentication({ optionsJSON }));
      form.elements.namedItem('response').value = JSON.stringify(answer);
      form.submit();
    } catch {
      alert.textContent = failed;
      alert.hidden = false;
    }
  };

  for (const form of browserSupportsWebAuthn() ? document.querySelectorAll('form[data-passkey]') : []) {
    form.hidden = false;
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void send(form);
    });
  }
}
