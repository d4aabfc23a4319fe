// What a form cannot do by itself: ask the officer's authenticator. Everything else on these pages works without a
// script. A form says in data-passkey what it needs, gets the answer into its hidden fields, and is sent as any other.

const octets = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

const words = (list) => (list ? list.split(" ").filter(Boolean) : []);

// A signature over the challenge, by one of these keys, or by any key of ours that is on the device.
async function sign({ challenge, rpId, keys }) {
  const credential = await navigator.credentials.get({
    publicKey: {
      challenge: octets(challenge),
      rpId,
      allowCredentials: words(keys).map((id) => ({ type: "public-key", id: octets(id) })),
      userVerification: "required",
    },
  });
  const { authenticatorData, clientDataJSON, signature } = credential.response;
  return {
    cle: text(credential.rawId),
    authentificateur: text(authenticatorData),
    client: text(clientDataJSON),
    signature: text(signature),
  };
}

// A new key, which stays on the authenticator and answers to whoever asks for this site.
async function create({ challenge, rpId, user }, elements) {
  const name = elements.identifiant.value;
  const credential = await navigator.credentials.create({
    publicKey: {
      challenge: octets(challenge),
      rp: { id: rpId, name: "IGC Santé" },
      user: { id: octets(user), name, displayName: name },
      pubKeyCredParams: [{ type: "public-key", alg: -7 }],
      authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "required" },
      attestation: "none",
    },
  });
  const { attestationObject, clientDataJSON } = credential.response;
  return { attestation: text(attestationObject), client: text(clientDataJSON) };
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const problem = form.querySelector("[data-problem]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.hidden = true;
    try {
      const ask = form.dataset.passkey === "create" ? create : sign;
      const answer = await ask(form.dataset, form.elements);
      for (const [name, value] of Object.entries(answer)) form.elements[name].value = value;
      form.submit();
    } catch {
      problem.hidden = false;
      problem.focus();
    }
  });
}
