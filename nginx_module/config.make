# Read by nginx's auto/make after its own makefile is written. `make modules` builds the module beside nginx's own,
# `make install` puts it where they go.
cat << END >> $NGX_MAKEFILE

modules:	ngx_http_webhook_module

.PHONY:	ngx_http_webhook_module ngx_http_webhook_module_install

ngx_http_webhook_module:
	cmake -S $ngx_addon_dir/.. -B $NGX_OBJS/webhook \\
		-D RINGFENCE_NGINX_BUILD_DIR="\$\$(cd $NGX_OBJS && pwd)" -D RINGFENCE_WORKER=OFF -D RINGFENCE_TESTS=OFF
	cmake --build $NGX_OBJS/webhook --target ngx_http_webhook_module
	cp $NGX_OBJS/webhook/nginx_module/ngx_http_webhook_module.so $NGX_OBJS/

install:	ngx_http_webhook_module_install

ngx_http_webhook_module_install:	ngx_http_webhook_module
	test -d '\$(DESTDIR)$NGX_MODULES_PATH' || mkdir -p '\$(DESTDIR)$NGX_MODULES_PATH'
	cp $NGX_OBJS/ngx_http_webhook_module.so '\$(DESTDIR)$NGX_MODULES_PATH/'
END
