# SPDX-License-Identifier: GPL-2.0
"""Describes seccomp-tree.img, the image of the criu-seccomp plugin, to CRIU's crit.

Versions of crit with support for pycriu_plugins find this module by themselves;
crit-seccomp is for those without. The messages are those of
proto/seccomp-tree.proto, which the build compiles into a file in the same folder.
"""

import os
from typing import Any, Callable

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

NAME = 'SECCOMP_TREE'
# lib/image.h: IMAGE_MAGIC
MAGIC = 0x52544353

# CRIU has messages of the same names: ours get a package of their own
PACKAGE = 'criu_seccomp'
MESSAGES = os.path.join(os.path.dirname(os.path.realpath(__file__)), 'seccomp-tree.desc')


def _file_descriptor() -> descriptor_pb2.FileDescriptorProto:
    with open(MESSAGES, 'rb') as compiled:
        files = descriptor_pb2.FileDescriptorSet.FromString(compiled.read())
    ours = files.file[0]
    ours.package = PACKAGE
    for message in ours.message_type:
        for field in message.field:
            if field.type_name:
                field.type_name = f'.{PACKAGE}{field.type_name}'
    return ours


def _entry_class() -> Any:
    pool = descriptor_pool.Default()
    pool.AddSerializedFile(_file_descriptor().SerializeToString())
    entry = pool.FindMessageTypeByName(f'{PACKAGE}.seccomp_tree_entry')
    if hasattr(message_factory, 'GetMessageClass'):
        return message_factory.GetMessageClass(entry)
    return message_factory.MessageFactory(pool).GetPrototype(entry)


def register(add_image: Callable[[str, int, Any], None]) -> None:
    """Add the image to pycriu's tables: add_image(name, magic, handler) does it."""
    from pycriu import images

    add_image(NAME, MAGIC, images.entry_handler(_entry_class()))
