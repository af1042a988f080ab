# SPDX-License-Identifier: MIT-0
"""%load_ext nnc, then a cell that begins with

    %%nnc [NAME] [OPTIONS of fit: --epochs 3 …]

is a model file: it is trained on its own data, its page is shown below the cell, and NAME is the model (`model`)."""


def page(text):
    """A page within the notebook's."""
    import html

    frame = f'<iframe srcdoc="{html.escape(text, quote=True)}" style="width:100%;height:48em;border:0"></iframe>'
    return f"<div>{frame}</div>"  # IPython warns of what is but a frame


def load_ipython_extension(ipython):
    import shlex

    def nnc(line, cell):
        from IPython.display import HTML, display

        from .model import Model

        words = shlex.split(line)
        name = words.pop(0) if words and words[0].isidentifier() else "model"
        model = Model(cell)
        history = model.fit(report=True, options=words)
        ipython.push({name: model, "history": history})
        display(HTML(page(history.report)))

    ipython.register_magic_function(nnc, "cell", "nnc")
