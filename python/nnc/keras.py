# SPDX-License-Identifier: MIT-0
"""A Keras model as a model file: its configuration is what nnc's language says, in other brackets."""
from .tool import Error

# Of every configuration; nnc has one type of numbers.
LEFT_OUT = {"dtype", "module", "registered_name", "build_config", "compile_config", "jit_compile", "auto_scale_loss",
            "steps_per_execution", "run_eagerly"}


def text_of(value):
    """A value of a configuration in the words of the language."""
    if isinstance(value, dict) and "class_name" in value:
        if value["class_name"] == "__tuple__":
            return text_of(tuple(value["items"]))
        config = value["config"]
        return f"'{config}'" if isinstance(config, str) else f"{value['class_name']}({arguments(config)})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{text_of(key)}: {text_of(each)}" for key, each in value.items()) + "}"
    if isinstance(value, tuple):
        return "(" + "".join(text_of(each) + ", " for each in value) + ")"
    if isinstance(value, list):
        return "[" + ", ".join(map(text_of, value)) + "]"
    return repr(value)


def arguments(config):
    return ", ".join(f"{name}={text_of(value)}" for name, value in config.items() if name not in LEFT_OUT)


def model_text(model):
    """The model file of a Sequential Keras model, with what its compile() said."""
    config = model.get_config()
    if type(model).__name__ != "Sequential":
        raise Error(f"{type(model).__name__} '{model.name}' is no Sequential model; a chain can be written as one")
    lines = []
    for layer in config["layers"]:
        if layer["class_name"] == "InputLayer":
            lines.append(f"Input(batch_shape={text_of(tuple(layer['config']['batch_shape']))})")
        else:
            lines.append(text_of(layer))
    if config["layers"][0]["class_name"] != "InputLayer":
        lines.insert(0, f"Input(batch_shape={text_of(tuple(model.input_shape))})")
    compiled = model.get_compile_config() if getattr(model, "optimizer", None) else None
    text = "model " + model.name + " {\n    " + "\n    ".join(lines) + "\n}\n"
    if compiled:
        text += f"compile({arguments({name: value for name, value in compiled.items() if value is not None})})\n"
    return text


def weights_of(model, layers):
    """The values of a Keras model's weights under nnc's names, by the layers of --emit=json."""
    arrays = {}
    for layer, ours in zip([each for each in model.layers if type(each).__name__ != "InputLayer"], layers):
        theirs = list(layer.weights)
        for weight in ours["weights"]:
            last = weight["name"].rsplit("/", 1)[-1]
            found = next((each for each in theirs
                          if each.name == last and list(each.shape) == weight["shape"]), None)
            if found is None:
                raise Error(f"layer '{layer.name}' of the Keras model has no weight {weight['name']} of shape "
                            f"{tuple(weight['shape'])}")
            theirs = [each for each in theirs if each is not found]
            arrays[weight["name"]] = found.numpy()
    return arrays
